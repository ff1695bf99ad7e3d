// Package export writes what is live as manifests: names instead of ids, and
// ${secret:…} for what nobody is told. It is pure: it returns texts.
package export

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Options say how to export.
type Options struct {
	To   string    // a .yaml or .yml file, or a folder with a file for each Workspace
	Head string    // the comment at the top of each file, without #
	Now  time.Time // what is over by then is left out
	Omit Omit      // what stays out, and why
}

// Export is what was made.
type Export struct {
	Files     []File
	Variables []*Variable // that the manifests read secrets from, by name
	Left      []Left      // what is in no manifest, or only as a comment
	Objects   int
	entries   []*entry // as in the files
}

// File is a manifest. Name is a path with slashes.
type File struct {
	Name string
	Data []byte
}

// Variable is what a manifest reads a secret from.
type Variable struct {
	Name string
	Of   string // the object, in words
	Path string // of the field

	node  *schema.Node
	names []string // that it may have, the best one first
}

// Left is what could not be exported, and why. Path is "" for a whole object.
type Left struct {
	Of, Path, Why string
	known         bool // by everybody: a comment will do
}

func (l Left) String() string {
	if l.Path == "" {
		return l.Of + ": " + l.Why
	}
	return l.Of + ": " + l.Path + ": " + l.Why
}

// entry is one exported object.
type entry struct {
	kind *resource.Kind
	live *resource.Live
	home string // id of the Workspace that it is or lives in
	body *schema.Node
	left []Left
}

func (e *entry) String() string {
	if e.kind.Singleton {
		return e.kind.Name
	}
	return fmt.Sprintf("%s %q", e.kind.Name, e.live.Name())
}

// Make writes what a survey found. It makes the same texts of the same state.
func Make(s *resource.Inventory, o Options) *Export {
	x := &exporter{survey: s, options: o, names: newNames(s), gone: map[string][]Left{}}
	out := &Export{}
	for _, object := range s.Resources {
		live := s.Live[object]
		e := &entry{kind: object.Kind, live: live, home: s.RootIDOf(object.Kind, live)}
		why := cmp.Or(o.Omit.of(e, ""), x.object(e))
		if why == nothing {
			continue
		} else if why != "" {
			left := Left{Of: e.String(), Why: why}
			out.Left = append(out.Left, left)
			x.gone[x.file(e)] = append(x.gone[x.file(e)], left)
			continue
		}
		out.entries = append(out.entries, e)
		for _, l := range e.left {
			if !l.known {
				out.Left = append(out.Left, Left{Of: e.String(), Path: l.Path, Why: l.Why})
			}
		}
	}
	x.sort(out.entries)
	out.Variables = settle(x.read(out.entries))
	out.Files, out.entries = x.layout(out.entries)
	out.Objects = len(out.entries)
	return out
}

// sort puts the entries of each kind, which stand together, in the order of
// names: what they live in, then their own.
func (x *exporter) sort(entries []*entry) {
	order := map[*resource.Kind]int{}
	for i, e := range entries {
		order[e.kind] = i
	}
	key := func(e *entry) string {
		home := x.names.called(x.survey.RootKind.Name, e.home)
		for _, name := range e.kind.ParentFields {
			f := schema.FindField(e.kind.Fields, name)
			if id := e.live.Body().Get(name).ScalarText(); id != "" {
				home += "\x00" + x.names.called(f.Ref.Kind, id)
				break
			}
		}
		return home + "\x00" + e.live.Name() + "\x00" + e.live.ID
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(order[a.kind], order[b.kind]), cmp.Compare(key(a), key(b)))
	})
}
