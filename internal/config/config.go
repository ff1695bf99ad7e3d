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
	Files               List      `env:"FILES"`
	Manifest            string    `env:"MANIFEST"`
	Mode                Mode      `env:"MODE"`
	Only                List      `env:"ONLY"`
	ExportTo            Line      `env:"EXPORT_TO"`
	ExportFrom          List      `env:"EXPORT_FROM"`
	ExportWorkspaces    List      `env:"EXPORT_WORKSPACES"`
	Workspace           Line      `env:"WORKSPACE"`
	OrganizationID      Line      `env:"ORGANIZATION_ID"`
	AllowDelete         Bool      `env:"ALLOW_DELETE"`
	WriteSecrets        Bool      `env:"WRITE_SECRETS"`
	Rotate              List      `env:"ROTATE"`
	Wait                Bool      `env:"WAIT"`
	Timeout             Timeout   `env:"TIMEOUT"`
	FailOnDrift         Bool      `env:"FAIL_ON_DRIFT"`
	RequireReviewedPlan Bool      `env:"REQUIRE_REVIEWED_PLAN"`
	Comment             Bool      `env:"COMMENT"`
	GitHubToken         Line      `env:"GITHUB_TOKEN"`
	CallerAddress       IPAddress `env:"CALLER_ADDRESS"`
	Simulate            Bool      `env:"SIMULATE"`
	APIURL              APIURL    `env:"API_URL"`
}

// Load reads the inputs through getenv. A blank input means its default, on a
// laptop as in a workflow. Everything that is wrong is reported at once, each
// by the input's name.
func Load(getenv func(string) string, action []byte) (*Config, error) {
	inputs, err := ReadAction(action)
	if err != nil {
		return nil, err
	}
	s := &inputLookuper{getenv: getenv, inputs: inputs, invalid: map[string]bool{}}
	var problems []error
	for {
		s.lastInput = ""
		c := &Config{}
		err := envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: c, Lookuper: s})
		if err == nil {
			if c.Manifest != "" && !slices.Equal(c.Files, List{inputs.Default("files")}) {
				problems = append(problems, errors.New("input files and input manifest exclude each other; set one of them"))
			}
			return c, errors.Join(problems...)
		}
		if s.lastInput == "" || s.invalid[s.lastInput] {
			return nil, err
		}
		// envconfig stops at the first input it can't use: note it, put the
		// default in its place and go on to the next.
		s.invalid[s.lastInput] = true
		problems = append(problems, fmt.Errorf("input %s%s: %w", s.lastInput, quoteIfSafe(getenv(inputVariable(s.lastInput))), rootCause(err)))
	}
}

// inputLookuper looks inputs up under the names that the runner gives them.
type inputLookuper struct {
	getenv    func(string) string
	inputs    Inputs
	invalid   map[string]bool
	lastInput string // the input that was asked for last
}

// Lookup implements envconfig.Lookuper. The runner exports every input, an
// omitted one as an empty variable, and keeps the dashes in their names.
func (s *inputLookuper) Lookup(key string) (string, bool) {
	name := strings.ReplaceAll(strings.ToLower(key), "_", "-")
	s.lastInput = name
	value := s.getenv(inputVariable(name))
	if name != "manifest" || strings.TrimSpace(value) == "" {
		value = strings.TrimSpace(value) // in a manifest, indentation and lines count
	}
	if value == "" || s.invalid[name] {
		value = s.inputs.Default(name)
	}
	return value, value != ""
}

func inputVariable(input string) string { return "INPUT_" + strings.ToUpper(input) }

// rootCause unwraps to what our own types say.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// quoteIfSafe quotes a bad value where that is safe. A long one may be a secret in the
// wrong place, which nobody recognises any more once it is cut; an address may
// hold a password that nobody has registered as one.
func quoteIfSafe(value string) string {
	value = strings.TrimSpace(value)
	if len(value) > 60 || strings.ContainsAny(value, "@?#") {
		return ""
	}
	return fmt.Sprintf(" is %q", value)
}
