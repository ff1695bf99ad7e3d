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
	OutputPath  string      // a .yaml or .yml file, or a folder with a file for each Workspace
	Header      string      // the comment at the top of each file, without #
	Now         time.Time   // what is over by then is left out
	SkipReasons SkipReasons // what stays out, and why
}

// Export is what was made.
type Export struct {
	Files         []File
	Variables     []*SecretVariable // that the manifests read secrets from, by name
	Skipped       []Skipped         // what is in no manifest, or only as a comment
	ResourceCount int
	resources     []*exportedResource // as in the files
}

// File is a manifest. Name is a path with slashes.
type File struct {
	Name string
	Data []byte
}

// SecretVariable is what a manifest reads a secret from.
type SecretVariable struct {
	Name      string
	Resource  string // the object, in words
	FieldPath string // of the field

	node       *schema.Node
	candidates []string // that it may have, the best one first
}

// Skipped is what could not be exported, and why. Path is "" for a whole object.
type Skipped struct {
	Resource, FieldPath, Reason string
	commentOnly                 bool // by everybody: a comment will do
}

func (l Skipped) String() string {
	if l.FieldPath == "" {
		return l.Resource + ": " + l.Reason
	}
	return l.Resource + ": " + l.FieldPath + ": " + l.Reason
}

// exportedResource is one exported object.
type exportedResource struct {
	kind          *resource.Kind
	live          *resource.Live
	containerID   string // id of the Workspace that it is or lives in
	body          *schema.Node
	skippedFields []Skipped
}

func (e *exportedResource) String() string {
	if e.kind.Singleton {
		return e.kind.Name
	}
	return fmt.Sprintf("%s %q", e.kind.Name, e.live.Name())
}

// Make writes what a survey found. It makes the same texts of the same state.
func Make(s *resource.Inventory, o Options) *Export {
	x := &exporter{inventory: s, options: o, nameIndex: newNameIndex(s), skippedByFile: map[string][]Skipped{}}
	out := &Export{}
	for _, object := range s.Resources {
		live := s.Live[object]
		e := &exportedResource{kind: object.Kind, live: live, containerID: s.RootIDOf(object.Kind, live)}
		why := cmp.Or(o.SkipReasons.reasonFor(e, ""), x.fillBody(e))
		if why == nothingToDeclare {
			continue
		} else if why != "" {
			left := Skipped{Resource: e.String(), Reason: why}
			out.Skipped = append(out.Skipped, left)
			x.skippedByFile[x.fileKey(e)] = append(x.skippedByFile[x.fileKey(e)], left)
			continue
		}
		out.resources = append(out.resources, e)
		for _, l := range e.skippedFields {
			if !l.commentOnly {
				out.Skipped = append(out.Skipped, Skipped{Resource: e.String(), FieldPath: l.FieldPath, Reason: l.Reason})
			}
		}
	}
	x.sortResources(out.resources)
	out.Variables = assignNames(x.usedVariables(out.resources))
	out.Files, out.resources = x.layOutFiles(out.resources)
	out.ResourceCount = len(out.resources)
	return out
}

// sortResources puts the entries of each kind, which stand together, in the order of
// names: what they live in, then their own.
func (x *exporter) sortResources(entries []*exportedResource) {
	order := map[*resource.Kind]int{}
	for i, e := range entries {
		order[e.kind] = i
	}
	key := func(e *exportedResource) string {
		home := x.nameIndex.displayName(x.inventory.RootKind.Name, e.containerID)
		for _, name := range e.kind.ParentFields {
			f := schema.FindField(e.kind.Fields, name)
			if id := e.live.Body().Get(name).ScalarText(); id != "" {
				home += "\x00" + x.nameIndex.displayName(f.Ref.Kind, id)
				break
			}
		}
		return home + "\x00" + e.live.Name() + "\x00" + e.live.ID
	}
	slices.SortStableFunc(entries, func(a, b *exportedResource) int {
		return cmp.Or(cmp.Compare(order[a.kind], order[b.kind]), cmp.Compare(key(a), key(b)))
	})
}
