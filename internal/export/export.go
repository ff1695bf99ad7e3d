// Package export turns the resources in Astro into manifests. It replaces ids by names,
// and secrets, which Astro never returns, by ${secret:…}. It does no I/O: it returns
// the content of the files.
package export

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// Options control an export.
type Options struct {
	OutputPath  string      // a .yaml or .yml file, or a folder with one file per Workspace
	Header      string      // comment at the top of each file, without #
	Now         time.Time   // values that have expired at this time are skipped
	SkipReasons SkipReasons // resources and fields that can't be declared
}

// Export is the result of Make or Convert.
type Export struct {
	Files         []manifest.Source
	Variables     []*SecretVariable // sorted by name
	Skipped       []Skipped
	ResourceCount int
	resources     []*exportedResource // in the order of the files
}

// SecretVariable is an environment variable from which an exported manifest reads a
// secret.
type SecretVariable struct {
	Name      string
	Resource  string // kind and name of the resource that needs the secret
	FieldPath string

	node       *schema.Node // value in the manifest that refers to the variable
	candidates []string     // possible names, the best one first
}

// UsedFor describes the field that needs the secret.
func (v *SecretVariable) UsedFor() string { return v.Resource + ": " + v.FieldPath }

// Skipped is a resource or a field that is not in the exported manifests, with the
// reason. FieldPath is "" for a whole resource.
type Skipped struct {
	Resource, FieldPath, Reason string
	commentOnly                 bool // true of every resource of the kind: a comment in the file suffices
}

func (s Skipped) String() string {
	if s.FieldPath == "" {
		return s.Resource + ": " + s.Reason
	}
	return s.Resource + ": " + s.FieldPath + ": " + s.Reason
}

// exportedResource is a resource in an exported manifest.
type exportedResource struct {
	kind          *kind.Kind
	live          *current.Live
	containerID   string // id of the Workspace that the resource is or belongs to
	body          *schema.Node
	skippedFields []Skipped
}

func (e *exportedResource) String() string {
	if e.kind.Singleton {
		return e.kind.Title
	}
	return fmt.Sprintf("%s %q", e.kind.Title, e.live.Name())
}

// Make exports an inventory. It returns the same files for the same inventory.
func Make(inventory *current.Inventory, o Options) *Export {
	x := &exporter{inventory: inventory, options: o, nameIndex: newNameIndex(inventory), skippedByFile: map[string][]Skipped{}}
	out := &Export{}
	for _, r := range inventory.Resources {
		live := inventory.Live[r]
		e := &exportedResource{kind: r.Kind, live: live, containerID: inventory.RootIDOf(r.Kind, live)}
		why := cmp.Or(o.SkipReasons.reasonFor(e, ""), x.fillBody(e))
		if why == nothingToDeclare {
			continue
		} else if why != "" {
			skipped := Skipped{Resource: e.String(), Reason: why}
			out.Skipped = append(out.Skipped, skipped)
			x.skippedByFile[x.fileKey(e)] = append(x.skippedByFile[x.fileKey(e)], skipped)
			continue
		}
		out.resources = append(out.resources, e)
		for _, skipped := range e.skippedFields {
			if !skipped.commentOnly {
				out.Skipped = append(out.Skipped, Skipped{Resource: e.String(), FieldPath: skipped.FieldPath, Reason: skipped.Reason})
			}
		}
	}
	x.sortResources(out.resources)
	out.Variables = assignNames(x.usedVariables(out.resources))
	out.Files, out.resources = x.layOutFiles(out.resources)
	out.ResourceCount = len(out.resources)
	return out
}

// sortResources keeps the order of the kinds and sorts the resources of each kind by
// the names of their Workspace and other parent, then by their own.
func (x *exporter) sortResources(entries []*exportedResource) {
	kindOrder := map[*kind.Kind]int{}
	for i, e := range entries {
		kindOrder[e.kind] = i
	}
	key := func(e *exportedResource) string {
		parents := x.nameIndex.displayName(x.inventory.RootKind.Name, e.containerID)
		for _, name := range e.kind.ParentFields {
			f := schema.FindField(e.kind.Fields, name)
			if id := e.live.Body().Get(name).ScalarText(); id != "" {
				parents += "\x00" + x.nameIndex.displayName(f.Ref.Kind, id)
				break
			}
		}
		return parents + "\x00" + e.live.Name() + "\x00" + e.live.ID
	}
	slices.SortStableFunc(entries, func(a, b *exportedResource) int {
		return cmp.Or(cmp.Compare(kindOrder[a.kind], kindOrder[b.kind]), cmp.Compare(key(a), key(b)))
	})
}
