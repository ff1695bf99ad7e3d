package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

var (
	fencePattern         = regexp.MustCompile("^(`{3,})([a-z]*)$")
	ownMarkupPattern     = regexp.MustCompile(`^(</details>|<details(?: open)?><summary>(For Astronomer support|Details|\d+ notices?|\d+ resources? in the managed Workspaces (?:is|are) not in the manifest)</summary>)$`)
	escapePattern        = regexp.MustCompile(`\\.`)
	allowedMarkupPattern = regexp.MustCompile("`[a-z]*`|<br>|(]\\(https://cloud\\.astronomer\\.io/[^ ()|]*\\))")
	markupPattern        = regexp.MustCompile(`<|@e|#1|://|##\[|^\s*::`)
)

// checkMarkdown checks the structure of a summary: no name or text in it ends a fence, a
// folded section or a table early, and outside of fences none is a tag, a mention or a
// command.
func checkMarkdown(t testing.TB, text string) {
	t.Helper()
	inside, folded, columns := "", 0, 0
	for i, l := range strings.Split(text, "\n") {
		if inside == "" && !strings.HasPrefix(l, "```") {
			l = testkit.WithoutCode(l)
		}
		if m := fencePattern.FindStringSubmatch(l); m != nil && (inside == "" || m[2] == "" && len(m[1]) >= len(inside)) {
			if inside == "" {
				inside = m[1]
			} else {
				inside = ""
			}
			continue
		}
		if inside != "" {
			if l != "" && (len(l) < 3 || !strings.Contains("+-!= ", l[:1]) || l[1] != ' ') {
				t.Errorf("line %d is not a line of a diff: %q", i+1, l)
			}
			continue
		}
		if ownMarkupPattern.MatchString(l) {
			folded += strings.Count(l, "<details") - strings.Count(l, "</details>")
			if folded < 0 || folded > 1 {
				t.Errorf("line %d: %d nested folded sections", i+1, folded)
			}
			continue
		}
		if markupPattern.MatchString(allowedMarkupPattern.ReplaceAllString(l, "")) {
			t.Errorf("line %d contains markup: %q", i+1, l)
		}
		switch {
		case !strings.HasPrefix(l, "|"):
			columns = 0
		case columns == 0:
			columns = countCells(l)
			fallthrough
		default:
			testkit.AssertEqual(t, fmt.Sprintf("cells of line %d", i+1), columns, countCells(l))
		}
	}
	if inside != "" || folded != 0 {
		t.Errorf("the text ends with an open fence %q and %d open folded sections:\n%s", inside, folded, text)
	}
}

// countCells returns the number of cells that GitHub shows in a row.
func countCells(row string) int {
	return strings.Count(escapePattern.ReplaceAllString(row, ""), "|") - 1
}

var injectionTexts = []string{
	"two\nlines", "a | b", "a \\| b", "`tick", "```\n\nfree", "~~~", "</details>", "</summary><script>x</script>", "<!--x", "@everyone see #1",
	"x\n::error::forged", "::set-output name=x::y", "##[set-output name=x]y", "x\n| a | b |\ny", "- [x] item", "[a](https://evil.example)",
	"x\n\n## heading", "***", "a\u202eb\x1b[31m", "&lt;b&gt;", "💥",
}

// injectionRun returns a run in which every name and text from outside is text.
func injectionRun(t testing.TB, text string) *report.Run {
	t.Helper()
	return injectionRunWithID(t, text, text)
}

func injectionRunWithID(t testing.TB, text, id string) *report.Run {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	declared := fmt.Sprintf(`deployments:
  - { name: %[1]s, workspaceId: cworkspace000000000000001, description: %[1]s, environmentVariables: [{ key: %[1]s, value: %[1]s }], contactEmails: [] }
  - { name: other, workspaceId: cworkspace000000000000001 }
`, quoted)
	quotedID, err := json.Marshal(id)
	if err != nil {
		t.Fatal(err)
	}
	answer := fmt.Sprintf(`{"id": %[2]s, "name": %[1]s, "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "ASTRO", "schedulerSize": "SMALL", "description": "", "contactEmails": [%[1]s], "updatedBy": {"fullName": %[1]s},
		"environmentVariables": [{"key": "a", "value": %[1]s, "isSecret": false}]}`, quoted, quotedID)
	bad := fmt.Errorf("no: %w", errors.New(text))
	p := makePlan(t, declared, liveAnswers{text: answer, "other": bad}, plan.Policy{})
	testkit.AssertEqual(t, "problems", 0, len(p.Problems))
	unmanaged := []current.UnmanagedResource{{Kind: p.Changes[0].Resource.Kind, Live: p.Changes[0].Live, RootKind: kind.All().Kind("workspace"), RootName: text}}
	return &report.Run{Mode: "plan", ModeReason: text, Unmanaged: unmanaged, UIURL: "https://cloud.astronomer.io", Plan: p, FailedRequests: []astro.Attempt{{Method: "GET", Path: text, RequestID: text}}, Errors: []error{bad}}
}

// Text from the manifest, from Astro and from errors is shown as plain text.
func TestInjectionIntoSummary(t *testing.T) {
	t.Parallel()
	for _, text := range injectionTexts {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := injectionRun(t, text)
			checkMarkdown(t, r.Summary())
			r.Mode = "drift"
			checkMarkdown(t, r.Summary())
			r.Mode, r.StopErr, r.Errors = "apply", r.Errors[0], nil
			r.Outcomes = outcomesFor(r.Plan, map[string]testOutcome{text: {status: apply.Failed, err: r.StopErr}, "other": {status: apply.Skipped, err: r.StopErr}})
			checkMarkdown(t, r.Summary())
		})
	}
}

// The plan in the log has one line per difference, so that a value can't imitate other
// differences or another resource.
func TestInjectionIntoPlanText(t *testing.T) {
	t.Parallel()
	for _, text := range append(injectionTexts, "x\n- delete Workspace \"data\" (c1)") {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var signs []string
			for l := range strings.Lines(injectionRun(t, text).PlanText()) {
				signs = append(signs, l[:min(len(l), 5)])
			}
			want := []string{
				"! fai", "    !", "\n", "~ upd", "    ~", "    +", "     ", "     ", "    =", "    =",
			}
			testkit.AssertEqual(t, "signs at the starts of the lines", want, signs)
		})
	}
}

// No text shows a declared secret or the value that it replaces.
func TestNoSecretsAreShown(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*report.Run{
		"plan": plannedRun(t, plan.Policy{}), "apply": appliedRun(t), "plan that writes all secrets": plannedRun(t, plan.Policy{WriteSecrets: true}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts := []string{r.Summary(), r.PlanText(), r.FindingsText(), r.ResultLine()}
			outputs, err := r.Outputs()
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range outputs {
				texts = append(texts, o.Value)
			}
			for _, a := range r.Annotations() {
				texts = append(texts, a.Title+a.Message)
			}
			for _, o := range r.Outcomes {
				texts = append(texts, report.OutcomeLine(o))
			}
			all := strings.Join(texts, "\n")
			if strings.Contains(all, fixtureSecret) {
				t.Errorf("the texts show %q:\n%s", fixtureSecret, all)
			}
			if !strings.Contains(texts[0], "***") || !strings.Contains(texts[1], "***") || !strings.Contains(all, `"value":"***"`) {
				t.Errorf("the marks of redacted secrets are missing:\n%s", all)
			}
		})
	}
}
