package github

import "github.com/sethvargo/go-githubactions"

// Environment holds the variables that the runner sets. Nothing else in this package reads
// variables. Outside of a runner, most fields are empty.
type Environment struct {
	githubactions.GitHubContext
	// OnRunner reports whether a GitHub Actions runner reads stdout. Otherwise the Runner
	// writes plain text instead of workflow commands.
	OnRunner        bool
	IsDebug         bool   // debug logging is on
	IsHosted        bool   // GitHub hosts the runner
	OutputFile      string // path of the file for outputs
	StateFile       string
	TemporaryFolder string
	WorkflowRef     string // owner/name/.github/workflows/x.yml@ref
	ActionRef       string // ref of the action in uses:
}

// ReadEnvironment reads the runner's variables with getenv.
func ReadEnvironment(getenv func(string) string) Environment {
	runner := githubactions.New(githubactions.WithGetenv(func(name string) string {
		if name == "GITHUB_EVENT_PATH" { // the library would read the file even if it is a pipe; LoadEvent reads it
			return ""
		}
		return getenv(name)
	}))
	// An error is about a number, such as GITHUB_RETENTION_DAYS, that this program doesn't use.
	context, _ := runner.Context()
	context.EventPath = getenv("GITHUB_EVENT_PATH")
	context.GraphqlURL = getenv("GITHUB_GRAPHQL_URL") // the library's default doesn't fit other values of GITHUB_API_URL
	return Environment{
		GitHubContext:   *context,
		OnRunner:        isOnRunner(getenv),
		IsDebug:         getenv("RUNNER_DEBUG") == "1",
		IsHosted:        getenv("RUNNER_ENVIRONMENT") == "github-hosted",
		OutputFile:      getenv("GITHUB_OUTPUT"),
		StateFile:       getenv("GITHUB_STATE"),
		TemporaryFolder: getenv("RUNNER_TEMP"),
		WorkflowRef:     getenv("GITHUB_WORKFLOW_REF"),
		ActionRef:       getenv("GITHUB_ACTION_REF"),
	}
}

// isOnRunner also looks at other variables, because older container hooks for Kubernetes
// don't pass GITHUB_ACTIONS.
func isOnRunner(getenv func(string) string) bool {
	if set := getenv("GITHUB_ACTIONS"); set != "" {
		return set == "true"
	}
	return getenv("GITHUB_RUN_ID") != "" || getenv("GITHUB_WORKFLOW") != "" && getenv("GITHUB_JOB") != ""
}
