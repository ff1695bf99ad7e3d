package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/report"
)

// trickySecrets are secrets that an encoder, an escape or a cut may take apart.
var trickySecrets = []string{
	"hunter2hunter2", "ends-in-a-line\n", "BEGIN KEY\nMIIEvQIBADAN\nqhkiG9w0BA\nEND KEY", `quo"te'd\back\slash`,
	"<b>&amp;\"bold\"</b>", "pipe|pipe|pipe", "@everyone#12345678", "gh-12345678", "deadbeefcafe12345678", "www.example.com/x", "p%41ss%42word+x y",
	"zürich-geheim", "On.Call@Example.com", "ключ/от/дома", "🔑🔑🔑🔑 key", "tab\tand \x1b[31m red", "::error::forged-name", "##[set-output]forged", "- [x] list item",
	"`tick``tick`tick", "***stars***stars", "x.name.y", "12345678", "[link](ftp://e.example)", "a\u200bzero\u202ewidth", "//u:p@h.example/?a=1&b=2",
}

// Wherever the value of a secret is, and however it is written there, it reaches
// neither the log, nor the summary, nor an output, nor the comment.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	for _, secret := range trickySecrets {
		t.Run(secret, func(t *testing.T) {
			t.Parallel()
			quoted, err := json.Marshal(secret)
			if err != nil {
				t.Fatal(err)
			}
			spellings := strings.Join([]string{
				secret, string(quoted), url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
				base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
			}, " ")
			for _, text := range []string{"a " + secret + " z", strings.Repeat("x", 110) + secret + spellings} {
				for name, written := range writtenTexts(t, secret, text) {
					if part := leakedPart(written, secret); part != "" {
						t.Errorf("%s shows %q", name, part)
					}
				}
			}
		})
	}
}

// writtenTexts returns everything that a run writes, in which every name and text of
// outside is text.
func writtenTexts(t *testing.T, secret, text string) map[string]string {
	dir := t.TempDir()
	env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary")}
	var log bytes.Buffer
	run := github.NewRunner(func(name string) string { return env[name] }, &log)
	run.Mask(secret)
	log.Reset()                                                   // the masks themselves
	r := injectionRunWithID(t, text, "cdeployment00000000000001") // an id is structure
	r.Secrets, r.Plan.Redact, r.NotAppliedReason, r.Notices = run.Secrets(), run.RedactString, "not on `"+text+"`", []string{text}
	out := map[string]string{}
	for _, mode := range []string{"plan", "drift", "apply"} {
		if r.Mode = mode; mode == "apply" {
			r.StopErr, r.Errors = r.Errors[0], nil
			r.Outcomes = outcomesFor(r.Plan, map[string]testOutcome{text: {status: apply.Failed, err: r.StopErr}, "other": {status: apply.Skipped, err: r.StopErr}})
		}
		run.StartGroup(text)
		for _, line := range []string{r.NotAppliedReason, r.ResultLine(), r.Risk(), r.PlanText(), r.UnmanagedText(), r.FindingsText(), r.SupportText()} {
			run.Print(line)
		}
		for _, o := range r.Outcomes {
			run.Print(report.OutcomeLine(o))
		}
		for _, a := range r.Annotations() {
			run.Annotate(a)
		}
		outputs, err := r.Outputs()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outputs {
			if err := run.SetRedactedOutput(o.Name, o.Value); err != nil {
				t.Fatal(err)
			}
		}
		if err := run.AppendSummary(r.Summary()); err != nil {
			t.Fatal(err)
		}
		var marker report.Marker
		if err := marker.SetPlan(r.Plan); err != nil {
			t.Fatal(err)
		}
		if out["comment "+mode], err = r.Comment(marker, "https://github.com/o/r/pull/1"); err != nil {
			t.Fatal(err)
		}
		review, err := marker.DecodeReview()
		if err != nil {
			t.Fatal(err)
		}
		out["review"] = string(review)
	}
	out["log"] = log.String()
	for name, path := range map[string]string{"outputs": env["GITHUB_OUTPUT"], "summary": env["GITHUB_STEP_SUMMARY"]} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

// leakedPart returns a part of a line of the secret, long enough to be one, that is
// in text or in what a reader sees of it.
func leakedPart(text, secret string) string {
	const enough = 8
	seen := html.UnescapeString(strings.ReplaceAll(text, `\\`, "\x00"))
	seen = strings.NewReplacer("\u200b", "", `\`, "", "\x00", `\`).Replace(seen)
	unescaped, err := url.PathUnescape(text)
	if err != nil {
		unescaped = text
	}
	for line := range strings.Lines(secret) {
		runes := []rune(strings.TrimSuffix(line, "\n"))
		for i := 0; i+min(enough, len(runes)) <= len(runes); i++ {
			part := string(runes[i : i+min(enough, len(runes))])
			for _, where := range []string{text, seen, unescaped} {
				if at := strings.Index(where, part); at >= 0 {
					return where[max(0, at-30):min(len(where), at+40)]
				}
			}
		}
	}
	return ""
}
