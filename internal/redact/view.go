package redact

import (
	"sort"
	"strings"
)

// maxEncodings is the maximum number of nested encodings that Redact decodes. For example
// JSON in JSON in Markdown takes four, because Markdown has two kinds of escapes.
const maxEncodings = 4

// view is a text after decoding one encoding of its source. A secret is found in a view
// whichever of its characters an encoder escaped.
type view struct {
	text        string
	parts       []decodedPart // decoded parts in order; the rest is copied from the source
	decodedFrom *view         // the source; nil for the original text
}

// decodedPart maps the decoded bytes [viewStart, viewStart+viewLen) of a view to the
// encoded bytes [sourceStart, sourceStart+sourceLen) of its source.
type decodedPart struct{ viewStart, viewLen, sourceStart, sourceLen int }

// decodedViews lists text and its decoded forms. It uses only the decoders that may
// reveal a secret.
func (s *Secrets) decodedViews(text string) []*view {
	all := []*view{{text: text}}
	seen := map[string]bool{text: true}
	for start, level := 0, 0; level < maxEncodings; level++ {
		end := len(all)
		for _, source := range all[start:end] {
			for i := range decoders {
				if !s.decoderNeeded[i] {
					continue
				}
				if v := source.decodeWith(&decoders[i]); v != nil && !seen[v.text] {
					seen[v.text] = true
					all = append(all, v)
				}
			}
		}
		start = end
	}
	return all
}

// decodeWith returns the view of v after decoding, nil if v contains nothing encoded.
func (v *view) decodeWith(d *decoder) *view {
	if strings.IndexByte(v.text, d.trigger) < 0 {
		return nil
	}
	out := &view{decodedFrom: v}
	var b strings.Builder
	b.Grow(len(v.text))
	for pos := 0; ; {
		next := strings.IndexByte(v.text[pos:], d.trigger)
		if next < 0 {
			b.WriteString(v.text[pos:])
			break
		}
		b.WriteString(v.text[pos : pos+next])
		pos += next
		char, width := d.decodeChar(v.text[pos:])
		if width == 0 {
			char, width = v.text[pos:pos+1], 1
		} else {
			out.parts = append(out.parts, decodedPart{b.Len(), len(char), pos, width})
		}
		b.WriteString(char)
		pos += width
	}
	if out.parts == nil {
		return nil
	}
	out.text = b.String()
	return out
}

// originSpan returns the span of the original text from which the span s of the view was
// decoded. s must not be empty.
func (v *view) originSpan(s span) span {
	for ; v.decodedFrom != nil; v = v.decodedFrom {
		s = span{v.sourceSpan(s.start).start, v.sourceSpan(s.end - 1).end}
	}
	return s
}

// sourceSpan returns the span of the source from which the byte at pos was decoded.
func (v *view) sourceSpan(pos int) span {
	i := sort.Search(len(v.parts), func(i int) bool { return v.parts[i].viewStart > pos }) - 1
	if i < 0 {
		return span{pos, pos + 1}
	}
	part := v.parts[i]
	if pos < part.viewStart+part.viewLen {
		return span{part.sourceStart, part.sourceStart + part.sourceLen}
	}
	start := part.sourceStart + part.sourceLen + pos - (part.viewStart + part.viewLen)
	return span{start, start + 1}
}
