// Package config reads the action's inputs. The runner hands them over as
// INPUT_* variables; names and defaults are those of action.yml, which is read
// as data so that they are written down once.
package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// Config is the inputs, by their names in action.yml.
type Config struct {
	Files          Lines   `env:"FILES"`
	Manifest       string  `env:"MANIFEST"`
	Mode           Mode    `env:"MODE"`
	Only           Lines   `env:"ONLY"`
	ExportTo       Word    `env:"EXPORT_TO"`
	ExportFrom     Lines   `env:"EXPORT_FROM"`
	ExportOf       Lines   `env:"EXPORT_WORKSPACES"`
	Workspace      Word    `env:"WORKSPACE"`
	OrganizationID Word    `env:"ORGANIZATION_ID"`
	AllowDelete    Switch  `env:"ALLOW_DELETE"`
	WriteSecrets   Switch  `env:"WRITE_SECRETS"`
	Rotate         Lines   `env:"ROTATE"`
	Wait           Switch  `env:"WAIT"`
	Timeout        Timeout `env:"TIMEOUT"`
	FailOnDrift    Switch  `env:"FAIL_ON_DRIFT"`
	Reviewed       Switch  `env:"REQUIRE_REVIEWED_PLAN"`
	Comment        Switch  `env:"COMMENT"`
	GitHubToken    Word    `env:"GITHUB_TOKEN"`
	CallerAddress  Address `env:"CALLER_ADDRESS"`
	Simulate       Switch  `env:"SIMULATE"`
	APIURL         APIURL  `env:"API_URL"`
}

// Load reads the inputs through getenv. A blank input means its default, on a
// laptop as in a workflow. Everything that is wrong is reported at once, each
// by the input's name.
func Load(getenv func(string) string, action []byte) (*Config, error) {
	inputs, err := ReadAction(action)
	if err != nil {
		return nil, err
	}
	s := &source{getenv: getenv, inputs: inputs, bad: map[string]bool{}}
	var problems []error
	for {
		s.last = ""
		c := &Config{}
		err := envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: c, Lookuper: s})
		if err == nil {
			if c.Manifest != "" && !slices.Equal(c.Files, Lines{inputs.Default("files")}) {
				problems = append(problems, errors.New("input files and input manifest exclude each other; set one of them"))
			}
			return c, errors.Join(problems...)
		}
		if s.last == "" || s.bad[s.last] {
			return nil, err
		}
		// envconfig stops at the first input it can't use: note it, put the
		// default in its place and go on to the next.
		s.bad[s.last] = true
		problems = append(problems, fmt.Errorf("input %s%s: %w", s.last, shown(getenv(variable(s.last))), cause(err)))
	}
}

// source looks inputs up under the names that the runner gives them.
type source struct {
	getenv func(string) string
	inputs Inputs
	bad    map[string]bool
	last   string // the input that was asked for last
}

// Lookup implements envconfig.Lookuper. The runner exports every input, an
// omitted one as an empty variable, and keeps the dashes in their names.
func (s *source) Lookup(key string) (string, bool) {
	name := strings.ReplaceAll(strings.ToLower(key), "_", "-")
	s.last = name
	value := s.getenv(variable(name))
	if name != "manifest" || strings.TrimSpace(value) == "" {
		value = strings.TrimSpace(value) // in a manifest, indentation and lines count
	}
	if value == "" || s.bad[name] {
		value = s.inputs.Default(name)
	}
	return value, value != ""
}

func variable(input string) string { return "INPUT_" + strings.ToUpper(input) }

// cause unwraps to what our own types say.
func cause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// shown quotes a bad value where that is safe. A long one may be a secret in the
// wrong place, which nobody recognises any more once it is cut; an address may
// hold a password that nobody has registered as one.
func shown(value string) string {
	value = strings.TrimSpace(value)
	if len(value) > 60 || strings.ContainsAny(value, "@?#") {
		return ""
	}
	return fmt.Sprintf(" is %q", value)
}
