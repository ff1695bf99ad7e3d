package manifest

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

var (
	newline        = []byte{'\n'}
	byteOrderMark  = []byte("\ufeff")
	unusualLineEnd = regexp.MustCompile(`[\x{85}\x{2028}\x{2029}]|\r(?:[^\n]|$)`)

	// bidiControls matches the characters that can change the displayed order of text:
	// embeddings, overrides and isolates.
	bidiControls = regexp.MustCompile(`[\x{202A}-\x{202E}\x{2066}-\x{2069}]`)
)

// checkRawText reports text that people see differently from how the YAML library reads
// it. It returns true if the file must not be read: if it is in UTF-16 or UTF-32, which
// the library decodes but this package doesn't, or if it contains a character that ends
// a line for the library but not for GitHub. Such a character can turn a part of a
// displayed comment into a value, and makes all later line numbers wrong. It also returns
// true for a line that isn't part of a manifest, for which the library's error would be
// misleading.
func (r *reader) checkRawText() (mustSkip bool) {
	if encoding := wideEncoding(r.fileData); encoding != "" {
		r.addErrorf(r.positionAt(0), "the file is in %s, but a manifest must be in UTF-8; convert it: iconv -f %s -t UTF-8 FILE", encoding, encoding)
		return true
	}
	if match := unusualLineEnd.FindIndex(r.fileData); match != nil {
		char, _ := utf8.DecodeRune(r.fileData[match[0]:])
		r.addErrorf(r.positionAt(match[0]), "%q ends a line in some programs, but not in others; write it as an escape sequence in double quotes", char)
		return true
	}
	line := 0
	for text := range bytes.Lines(r.fileData) {
		line++
		if problem := foreignLineProblem(text); problem != "" {
			r.addErrorf(schema.Pos{File: r.fileName, Line: line, Col: 1}, "%s", problem)
			return true
		}
		if match := bidiControls.FindIndex(text); match != nil {
			char, _ := utf8.DecodeRune(text[match[0]:])
			r.addWarningf(schema.Pos{File: r.fileName, Line: line, Col: 1 + utf8.RuneCount(text[:match[0]])},
				"%U changes the order in which text is shown, so a reviewer may see a different value from the one that a run applies; remove it, or write it as an escape sequence in double quotes", char)
		}
	}
	return false
}

// foreignLineProblem returns why a line can't be part of a manifest, "" for all other lines.
func foreignLineProblem(line []byte) string {
	switch {
	case bytes.HasPrefix(line, []byte("<<<<<<< ")), bytes.HasPrefix(line, []byte(">>>>>>> ")):
		return "a Git merge conflict is not resolved; choose between the two versions, " +
			"and remove the lines that start with <<<<<<<, ======= or >>>>>>>"
	case bytes.HasPrefix(line, []byte("%YAML")) && !bytes.HasPrefix(line, []byte("%YAML 1.1")):
		return "%YAML is not supported, because every manifest is YAML 1.2; remove the line"
	}
	return ""
}

// wideEncoding returns UTF-16 or UTF-32 with the byte order, or "" for all other data.
// It recognizes the encoding by a byte order mark or by the zero bytes of the first
// character, which is ASCII in almost every manifest.
func wideEncoding(data []byte) string {
	start := [4]byte{1, 1, 1, 1}
	copy(start[:], data)
	switch {
	case start == [4]byte{0xff, 0xfe, 0, 0}, start[0] != 0 && start[1] == 0 && start[2] == 0 && start[3] == 0:
		return "UTF-32LE"
	case start == [4]byte{0, 0, 0xfe, 0xff}, start[0] == 0 && start[1] == 0 && start[2] == 0:
		return "UTF-32BE"
	case start[0] == 0xff && start[1] == 0xfe, start[0] != 0 && start[1] == 0:
		return "UTF-16LE"
	case start[0] == 0xfe && start[1] == 0xff, start[0] == 0 && start[1] != 0:
		return "UTF-16BE"
	}
	return ""
}

func (r *reader) nodePos(n *yaml.Node) schema.Pos { return r.clampPosition(n.Line, n.Column) }

// clampPosition returns a position in the file, even for a line after the end, which
// the library reports for an empty value or the end of a list.
func (r *reader) clampPosition(line, col int) schema.Pos {
	if line > r.lineCount {
		return r.positionAt(len(r.fileData))
	}
	return schema.Pos{File: r.fileName, Line: line, Col: col}
}

// positionAt returns the position of the byte at offset. Columns count characters.
func (r *reader) positionAt(offset int) schema.Pos {
	before := bytes.TrimPrefix(r.fileData[:min(offset, len(r.fileData))], byteOrderMark)
	return schema.Pos{
		File: r.fileName,
		Line: 1 + bytes.Count(before, newline),
		Col:  1 + utf8.RuneCount(before[bytes.LastIndex(before, newline)+1:]),
	}
}
