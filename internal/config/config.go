// Package config reads the action's inputs from the INPUT_* variables that the runner
// sets. It reads the names and defaults of the inputs from action.yml, so that only
// action.yml defines them.
package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// Config holds the inputs. The fields have the names of the inputs in action.yml.
type Config struct {
	Files               List      `env:"FILES"`
	Manifest            string    `env:"MANIFEST"`
	Mode                Mode      `env:"MODE"`
	Only                List      `env:"ONLY"`
	ExportTo            Line      `env:"EXPORT_TO"`
	ExportFrom          List      `env:"EXPORT_FROM"`
	ExportWorkspaces    List      `env:"EXPORT_WORKSPACES"`
	Workspace           Line      `env:"WORKSPACE"`
	Name                Name      `env:"NAME"`
	OrganizationID      Line      `env:"ORGANIZATION_ID"`
	AllowDelete         Bool      `env:"ALLOW_DELETE"`
	MaxRemovals         Limit     `env:"MAX_REMOVALS"`
	WriteSecrets        Bool      `env:"WRITE_SECRETS"`
	Rotate              List      `env:"ROTATE"`
	Wait                Bool      `env:"WAIT"`
	Timeout             Timeout   `env:"TIMEOUT"`
	FailOnDrift         Bool      `env:"FAIL_ON_DRIFT"`
	DriftIssue          Bool      `env:"DRIFT_ISSUE"`
	RequireReviewedPlan Bool      `env:"REQUIRE_REVIEWED_PLAN"`
	Comment             Bool      `env:"COMMENT"`
	GitHubToken         Line      `env:"GITHUB_TOKEN"`
	CallerAddress       IPAddress `env:"CALLER_ADDRESS"`
	Simulate            Bool      `env:"SIMULATE"`
	APIURL              APIURL    `env:"API_URL"`
}

// Load reads the inputs through getenv. A blank input has its default value, in a
// workflow and outside of GitHub Actions. Load reports all invalid inputs at once, each
// with its name.
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
				problems = append(problems, errors.New("set either input files or input manifest, not both"))
			}
			return c, errors.Join(problems...)
		}
		if s.lastInput == "" || s.invalid[s.lastInput] {
			return nil, err
		}
		// envconfig stops at the first invalid input. Record the problem, use the
		// input's default and try again, to find the next invalid input.
		s.invalid[s.lastInput] = true
		problems = append(problems, fmt.Errorf("input %s%s: %w", s.lastInput, quoteIfSafe(getenv(InputVariable(s.lastInput))), rootCause(err)))
	}
}

// inputLookuper looks up inputs by the names of the variables that the runner sets.
type inputLookuper struct {
	getenv    func(string) string
	inputs    Inputs
	invalid   map[string]bool
	lastInput string // the input that was looked up last
}

// Lookup implements envconfig.Lookuper. The runner sets a variable for every input, an
// empty one if the workflow omits the input, and keeps the dashes in its name.
func (s *inputLookuper) Lookup(key string) (string, bool) {
	name := strings.ReplaceAll(strings.ToLower(key), "_", "-")
	s.lastInput = name
	value := s.getenv(InputVariable(name))
	if name != "manifest" || strings.TrimSpace(value) == "" {
		value = strings.TrimSpace(value) // the manifest keeps its indentation and line numbers
	}
	if value == "" || s.invalid[name] {
		value = s.inputs.Default(name)
	}
	return value, value != ""
}

// InputVariable returns the name of the variable that the runner sets for an input.
func InputVariable(input string) string { return "INPUT_" + strings.ToUpper(input) }

// rootCause returns the innermost error, which is the message of this package's types.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// quoteIfSafe quotes an invalid value for a message, or returns "" if the value may
// contain a secret: a long value may be a secret in the wrong input, and a truncated
// secret would not be redacted; an address may contain a password that the run doesn't
// know as a secret.
func quoteIfSafe(value string) string {
	value = strings.TrimSpace(value)
	if len(value) > 60 || strings.ContainsAny(value, "@?#") {
		return ""
	}
	return fmt.Sprintf(" is %q", value)
}
