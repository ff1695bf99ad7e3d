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
	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/longtest"
	"astro-apply/internal/report"
)

// trickySecrets are secrets that an encoding, an escape or a cut may split.
var trickySecrets = []string{
	"hunter2hunter2", "ends-in-a-line\n", "BEGIN KEY\nMIIEvQIBADAN\nqhkiG9w0BA\nEND KEY", `quo"te'd\back\slash`,
	"<b>&amp;\"bold\"</b>", "pipe|pipe|pipe", "@everyone#12345678", "gh-12345678", "deadbeefcafe12345678", "www.example.com/x", "p%41ss%42word+x y",
	"zürich-geheim", "On.Call@Example.com", "ключ/от/дома", "🔑🔑🔑🔑 key", "tab\tand \x1b[31m red", "::error::forged-name", "##[set-output]forged", "- [x] list item",
	"`tick``tick`tick", "***stars***stars", "x.name.y", "12345678", "[link](ftp://e.example)", "a\u200bzero\u202ewidth", "//u:p@h.example/?a=1&b=2",
}

// A secret in any text and in any encoding appears neither in the log, nor in the
// summary, nor in an output, nor in the comment.
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
			texts := []string{strings.Repeat("x", 110) + secret + spellings, "a " + secret + " z"}
			for _, text := range texts[:longtest.Size(1, 2)] {
				for name, written := range writtenTexts(t, secret, text) {
					if part := leakedPart(written, secret); part != "" {
						t.Errorf("%s shows %q", name, part)
					}
				}
			}
		})
	}
}

// writtenTexts returns everything that a run writes if every name and text from outside
// is text.
func writtenTexts(t *testing.T, secret, text string) map[string]string {
	dir := t.TempDir()
	env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary")}
	var log bytes.Buffer
	run := github.NewRunner(github.ReadEnvironment(func(name string) string { return env[name] }), &log)
	run.Mask(secret)
	log.Reset()                                                   // the mask commands contain the secret
	r := injectionRunWithID(t, text, "cdeployment00000000000001") // reports don't redact ids
	r.Secrets, r.Plan.Redact, r.NotAppliedReason, r.Notices = run.Secrets(), run.RedactString, "not on `"+text+"`", []string{text}
	out := map[string]string{}
	for _, mode := range []config.Mode{config.ModePlan, config.ModeDrift, config.ModeApply} {
		if r.Mode = mode; mode == config.ModeApply {
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
		if out["comment "+string(mode)], err = r.Comment(marker, "https://github.com/o/r/pull/1"); err != nil {
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

// leakedPart returns an excerpt of text that contains at least eight characters of a
// line of the secret, also after undoing HTML, Markdown and URL escapes; "" if none does.
func leakedPart(text, secret string) string {
	const minLeak = 8
	rendered := html.UnescapeString(strings.ReplaceAll(text, `\\`, "\x00"))
	rendered = strings.NewReplacer("\u200b", "", `\`, "", "\x00", `\`).Replace(rendered)
	unescaped, err := url.PathUnescape(text)
	if err != nil {
		unescaped = text
	}
	for line := range strings.Lines(secret) {
		runes := []rune(strings.TrimSuffix(line, "\n"))
		for i := 0; i+min(minLeak, len(runes)) <= len(runes); i++ {
			part := string(runes[i : i+min(minLeak, len(runes))])
			for _, form := range []string{text, rendered, unescaped} {
				if at := strings.Index(form, part); at >= 0 {
					return form[max(0, at-30):min(len(form), at+40)]
				}
			}
		}
	}
	return ""
}
