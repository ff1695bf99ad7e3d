package redact

import (
	"sort"
	"strings"
)

// depth is how many encodings on top of each other are undone, as JSON in JSON
// in Markdown, whose escapes are of two kinds.
const depth = 4

// view is a text with one encoding undone, so that a secret in it is found
// whichever of its characters an encoder chose to escape, and how.
type view struct {
	text  string
	units []unit // the decoded parts, in order; everything else is copied
	of    *view  // nil: the text itself
}

// unit is a decoded part: text[at:at+size] of the view was [from:from+width].
type unit struct{ at, size, from, width int }

// views lists text and its decoded forms.
func (s *Secrets) views(text string) []*view {
	all := []*view{{text: text}}
	seen := map[string]bool{text: true}
	for start, level := 0, 0; level < depth; level++ {
		end := len(all)
		for _, of := range all[start:end] {
			for i := range decoders {
				if !s.needs[i] {
					continue
				}
				if v := of.decode(&decoders[i]); v != nil && !seen[v.text] {
					seen[v.text] = true
					all = append(all, v)
				}
			}
		}
		start = end
	}
	return all
}

// decode returns nil where nothing is encoded.
func (v *view) decode(d *decoder) *view {
	if strings.IndexByte(v.text, d.trigger) < 0 {
		return nil
	}
	out := &view{of: v}
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
		char, width := d.char(v.text[at:])
		if width == 0 {
			char, width = v.text[at:at+1], 1
		} else {
			out.units = append(out.units, unit{b.Len(), len(char), at, width})
		}
		b.WriteString(char)
		at += width
	}
	if out.units == nil {
		return nil
	}
	out.text = b.String()
	return out
}

// origin is the part of the text itself that a part of the view, which is not
// empty, was decoded from.
func (v *view) origin(s span) span {
	for ; v.of != nil; v = v.of {
		s = span{v.source(s.start).start, v.source(s.end - 1).end}
	}
	return s
}

// source is what the byte at p was decoded from.
func (v *view) source(p int) span {
	i := sort.Search(len(v.units), func(i int) bool { return v.units[i].at > p }) - 1
	if i < 0 {
		return span{p, p + 1}
	}
	u := v.units[i]
	if p < u.at+u.size {
		return span{u.from, u.from + u.width}
	}
	from := u.from + u.width + p - (u.at + u.size)
	return span{from, from + 1}
}
