package github_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
)

func TestRedactString(t *testing.T) {
	t.Parallel()
	const awkward = "p<a>s&s/w\"o\\rd\n|two`\t"
	quoted, _ := json.Marshal(awkward)
	twice, _ := json.Marshal(string(quoted))
	for _, tt := range []struct {
		name    string
		secrets []string
		text    string
		want    string
	}{
		{"no secrets", nil, "text", "text"},
		{"blank secrets", []string{"", " ", "\n"}, "a b\nc", "a b\nc"},
		{"raw", []string{"hunter2"}, "is hunter2, or xhunter2x", "is ***, or x***x"},
		{"start and end", []string{"hunter2"}, "hunter2 hunter2", "*** ***"},
		{"longest wins", []string{"hunter", "hunter2"}, "hunter2", "***"},
		{"overlapping", []string{"abcdef", "defghi"}, "-abcdefghi-", "-***-"},
		{"overlapping itself", []string{"abcabc"}, "abcabcabc", "***"},
		{"inside another", []string{"abcdefgh", "cdef"}, "abcdefgh cdef", "*** ***"},
		{"next to each other", []string{"abcd"}, "abcdabcd", "******"},
		{"short secret as a word", []string{"ab1"}, "ab1 xab1 ab1x é_ab1 (ab1)=ab1", "*** xab1 ab1x é_ab1 (***)=***"},
		{"short secret without letters", []string{"```", "-"}, "```\na-b - c", "```\na-b - c"},
		{"short secret as the whole text", []string{"7"}, "7", "***"},
		{"trailing newline", []string{"hunter2\n"}, "hunter2", "***"},
		{"lines", []string{"-----BEGIN\nMIIabc\n}\n"}, "{MIIabc}", "{***}"},
		{"JSON", []string{awkward}, `{"k":` + string(quoted) + `}`, `{"k":"***"}`},
		{"JSON in JSON", []string{awkward}, string(twice), `"\"***\""`},
		{"Go", []string{awkward}, fmt.Sprintf("%q", awkward), `"***"`},
		{"query", []string{awkward}, "?q=" + url.QueryEscape(awkward), "?q=***"},
		{"path", []string{"a b/c?d"}, "/v1/" + url.PathEscape("a b/c?d"), "/v1/***"},
		{"sanitized", []string{awkward}, github.SanitizeLine("x " + awkward), "x ***"},
		{"markdown", []string{awkward}, github.EscapeMarkdown("x " + awkward + "y"), "x ***y"},
		{"base64", []string{"hunter2"}, base64.StdEncoding.EncodeToString([]byte("hunter2")), "***"},
		{"base64 for URLs", []string{"a??>>>b"}, base64.URLEncoding.EncodeToString([]byte("a??>>>b")), "***"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := github.NewRunner(runnerEnv(nil), io.Discard)
			for _, s := range tt.secrets {
				r.Mask(s)
			}
			if diff := cmp.Diff(tt.want, r.RedactString(tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The text before a secret shifts its base64 form by up to two bytes.
func TestRedactStringBase64Inside(t *testing.T) {
	t.Parallel()
	r := github.NewRunner(runnerEnv(nil), io.Discard)
	const secret = "correct-horse-battery"
	r.Mask(secret)
	for before := range 4 {
		for after := range 4 {
			text := strings.Repeat("u", before) + secret + strings.Repeat("z", after)
			got := r.RedactString(base64.StdEncoding.EncodeToString([]byte(text)))
			if !strings.Contains(got, "***") || len(strings.Trim(got, "=")) > 3+8+8 {
				t.Errorf("%d before, %d after: %q", before, after, got)
			}
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, secret string
		want         []string // the masks that the runner registers
	}{
		{"blank", " \n", nil},
		{"five characters", "äöüß1", nil},
		{"six characters", "äöüß12", []string{"äöüß12"}},
		{"escaped", "100% ::secret", []string{"100% ::secret"}},
		{"lines", "{\n  \"key\": \"MII\"\r\n}\nlast-line\n", []string{`  "key": "MII"`, "last-line"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			github.NewRunner(runnerEnv(nil), &log).Mask(tt.secret)
			var got []string
			for _, c := range parseCommands(log.String()) {
				if c.Name != "add-mask" || c.Properties != nil {
					t.Errorf("unexpected %v", c)
				}
				got = append(got, c.Data)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			var screen bytes.Buffer
			r := github.NewRunner(runnerEnv(laptopEnv), &screen)
			r.Mask(tt.secret)
			if screen.Len() > 0 {
				t.Errorf("a terminal shows %q", screen.String())
			}
		})
	}
}
