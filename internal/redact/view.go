package redact

import (
	"sort"
	"strings"
)

// maxEncodings is how many encodings on top of each other are undone, as JSON in JSON
// in Markdown, whose escapes are of two kinds.
const maxEncodings = 4

// view is a text with one encoding undone, so that a secret in it is found
// whichever of its characters an encoder chose to escape, and how.
type view struct {
	text        string
	parts       []decodedPart // the decoded parts, in order; everything else is copied
	decodedFrom *view         // nil: the text itself
}

// decodedPart is a decoded part: text[at:at+size] of the view was [from:from+width].
type decodedPart struct{ viewStart, viewLen, sourceStart, sourceLen int }

// decodedViews lists text and its decoded forms.
func (s *Secrets) decodedViews(text string) []*view {
	all := []*view{{text: text}}
	seen := map[string]bool{text: true}
	for start, level := 0, 0; level < maxEncodings; level++ {
		end := len(all)
		for _, of := range all[start:end] {
			for i := range decoders {
				if !s.decoderNeeded[i] {
					continue
				}
				if v := of.decodeWith(&decoders[i]); v != nil && !seen[v.text] {
					seen[v.text] = true
					all = append(all, v)
				}
			}
		}
		start = end
	}
	return all
}

// decodeWith returns nil where nothing is encoded.
func (v *view) decodeWith(d *decoder) *view {
	if strings.IndexByte(v.text, d.trigger) < 0 {
		return nil
	}
	out := &view{decodedFrom: v}
	var b strings.Builder
	b.Grow(len(v.text))
	for at := 0; ; {
		next := strings.IndexByte(v.text[at:], d.trigger)
		if next < 0 {
			b.WriteString(v.text[at:])
			break
		}
		b.WriteString(v.text[at : at+next])
		at += next
		char, width := d.decodeChar(v.text[at:])
		if width == 0 {
			char, width = v.text[at:at+1], 1
		} else {
			out.parts = append(out.parts, decodedPart{b.Len(), len(char), at, width})
		}
		b.WriteString(char)
		at += width
	}
	if out.parts == nil {
		return nil
	}
	out.text = b.String()
	return out
}

// originSpan is the part of the text itself that a part of the view, which is not
// empty, was decoded from.
func (v *view) originSpan(s span) span {
	for ; v.decodedFrom != nil; v = v.decodedFrom {
		s = span{v.sourceSpan(s.start).start, v.sourceSpan(s.end - 1).end}
	}
	return s
}

// sourceSpan is what the byte at p was decoded from.
func (v *view) sourceSpan(p int) span {
	i := sort.Search(len(v.parts), func(i int) bool { return v.parts[i].viewStart > p }) - 1
	if i < 0 {
		return span{p, p + 1}
	}
	u := v.parts[i]
	if p < u.viewStart+u.viewLen {
		return span{u.sourceStart, u.sourceStart + u.sourceLen}
	}
	from := u.sourceStart + u.sourceLen + p - (u.viewStart + u.viewLen)
	return span{from, from + 1}
}
