package app_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var (
	// prose matches text of at least two words.
	prose = regexp.MustCompile(`\pL[\pL'’]*[,;:.)]* \pL`)

	// oddWords are words that technical English uses differently, each with better ones. Data
	// doesn't speak, and objects don't move.
	oddWords = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
		`told|tells|telling|said|says`, // returned, reported, shown, printed
		`gone|goes|stands?|stays`,      // deleted, removed, is sent to, is, remains
		`whoever|nobody|somebody`,      // anyone who, no one, someone
		`anew|mend(s|ed|ing)?`,         // again, fix
		`rehears\w+`,                   // dry run
		`for ever|on a guess`,          // never expires, without certainty
		`one a line|a line each`,       // one per line
	}, "|") + `)\b`)
	goodPhrases = regexp.MustCompile(`(?i)\b(stays? (the same|unchanged|below|within|under)|stands? for|goes (through|wrong))\b`)
)

// TestWording holds the texts that users can see, and the documents, to technical English. Run it with -v to list them.
func TestWording(t *testing.T) {
	t.Parallel()
	texts := slices.Concat(programTexts(t), actionTexts(t), documentTexts(t))
	if len(texts) < 1000 {
		t.Fatalf("found %d texts only", len(texts))
	}
	for _, text := range texts {
		t.Log(text)
		if word := oddWords.FindString(goodPhrases.ReplaceAllString(text, "")); word != "" {
			t.Errorf("%s\n\treplace %q", text, word)
		}
	}
	t.Logf("%d texts", len(texts))
}

// programTexts returns the texts in the program, each after its file: messages, documentation of fields,
// and texts of exported files. It joins the parts of a concatenation.
func programTexts(t *testing.T) (texts []string) {
	t.Helper()
	for _, file := range programFiles(t) {
		ast.Inspect(file.File, func(n ast.Node) bool {
			e, isExpr := n.(ast.Expr)
			text := ""
			if isExpr {
				text = joinLiterals(e)
			}
			_, isTag := n.(*ast.Field)
			if prose.MatchString(text) {
				texts = append(texts, fmt.Sprintf("%s: %q", file.name, text))
			}
			return text == "" && !isTag
		})
	}
	return texts
}

// joinLiterals returns the text of a string literal or of a concatenation, with … for each other part of it.
func joinLiterals(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return unquoteLiteral(e)
		}
	case *ast.BinaryExpr:
		left, right := joinLiterals(e.X), joinLiterals(e.Y)
		if e.Op == token.ADD && left+right != "" {
			return orEllipsis(left) + orEllipsis(right)
		}
	}
	return ""
}

func orEllipsis(text string) string {
	if text == "" {
		return "…"
	}
	return text
}

// actionTexts returns the descriptions in action.yml.
func actionTexts(t *testing.T) (texts []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && prose.MatchString(n.Value) {
			texts = append(texts, fmt.Sprintf("action.yml: %q", n.Value))
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&root)
	return texts
}

// documentTexts returns the lines of the Markdown files and of the example workflows, without code.
func documentTexts(t *testing.T) (texts []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", ".github/*.md", ".github/*/*.md", ".github/examples/*.yml", ".github/ISSUE_TEMPLATE/*.yml"} {
		for _, file := range globDocuments(t, pattern) {
			text := codeSpan.ReplaceAllString(fencedBlock.ReplaceAllString(readMarkdown(t, file), ""), "")
			for line := range strings.Lines(text) {
				if prose.MatchString(line) {
					texts = append(texts, file+": "+strings.TrimSpace(line))
				}
			}
		}
	}
	return texts
}
