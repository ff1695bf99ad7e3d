// Package desired converts manifests to the resources that they declare, and checks everything
// that can be checked without a call.
package desired

import (
	"slices"

	"astro-apply/internal/astrocli"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// State holds the resources that the manifests declare, in the manifests' order.
type State struct {
	Catalog        kind.Catalog
	Resources      []*Resource
	OrganizationID *schema.Node // nil: not declared
	Problems       []schema.Problem
	Secrets        []string // texts of secret fields, to be masked in every output
	secretNodes    []*schema.Node
}

// SecretPositions returns the positions of all values that occur only in secret fields. A
// YAML alias has the position of its anchor, so one position can have several values.
func (s *State) SecretPositions() map[schema.Pos]bool {
	isSecret, positions := map[*schema.Node]bool{}, map[schema.Pos]bool{}
	for _, field := range s.secretNodes {
		field.Walk(func(n *schema.Node) { isSecret[n], positions[n.Pos] = true, true })
	}
	for _, r := range s.Resources {
		r.Body.Walk(func(n *schema.Node) {
			if !isSecret[n] {
				delete(positions, n.Pos)
			}
		})
	}
	return positions
}

type loader struct {
	catalog          kind.Catalog
	desired          *State
	defaultWorkspace string // the Workspace of resources that don't set one
	problems         schema.Problems
	warnedNames      map[*schema.Node]bool // the names that are already checked: many resources share the default Workspace's
	resourceByKey    map[string]*Resource
	declarations     []declaration

	document         *schema.Node  // the current one, as it was read
	manifest         *schema.Node  // the current one, as a manifest
	workspaceField   *schema.Field // its field for the default Workspace
	isDeploymentFile bool          // it is an Astro CLI deployment file
	semantics        astrocli.Semantics
}

// Load converts manifest documents to resources and reports every problem that
// can be found offline. workspace is the name or id of the Workspace for resources that don't set
// one and whose document doesn't either; "" means no default. readProblems are the problems
// of reading the documents; State.Problems includes them.
func Load(catalog kind.Catalog, documents []*schema.Node, workspace string, readProblems ...schema.Problem) *State {
	d := &loader{catalog: catalog, desired: &State{Catalog: catalog}, defaultWorkspace: workspace, resourceByKey: map[string]*Resource{}, warnedNames: map[*schema.Node]bool{}}
	for _, document := range documents {
		translated, semantics, problems := astrocli.Translate(document)
		d.document, d.isDeploymentFile, d.semantics = document, translated != document, semantics
		d.problems.Add(problems...)
		d.loadDocument(translated)
	}
	d.desired.Secrets = d.sensitiveTexts(documents)
	d.linkReferences()
	for _, o := range d.desired.Resources {
		d.checkUnique(o)
		d.checkAbsent(o)
	}
	d.desired.Problems = d.nameResources(schema.MergeProblems(readProblems, d.problems.List()))
	return d.desired
}

// Clone returns a copy in which references can be resolved without a change of s. The copy shares
// all values except references.
func (s *State) Clone() *State {
	out := *s
	out.Resources = make([]*Resource, len(s.Resources))
	copyOf := map[*Resource]*Resource{}
	for i, o := range s.Resources {
		c := *o
		copyOf[o], out.Resources[i] = &c, &c
	}
	for _, c := range out.Resources {
		c.cloneReferences(copyOf)
	}
	return &out
}

// cloneReferences replaces the references of a copy, and the nodes that represent them in its body, by copies.
func (o *Resource) cloneReferences(copyOf map[*Resource]*Resource) {
	nodes := map[*schema.Node]*schema.Node{}
	cloneNode := func(n *schema.Node) *schema.Node {
		c := *n
		nodes[n] = &c
		return &c
	}
	o.Creates = copyOf[o.Creates]
	refs := make([]*Reference, len(o.Refs))
	for i, r := range o.Refs {
		c := *r
		c.Node, c.Declared = cloneNode(r.Node), copyOf[r.Declared]
		refs[i] = &c
	}
	itemRefs := make([]*ItemRef, len(o.ItemRefs))
	for i, r := range o.ItemRefs {
		c := *r
		c.Node = cloneNode(r.Node)
		itemRefs[i] = &c
	}
	o.Refs, o.ItemRefs, o.Body = refs, itemRefs, replaceNodes(o.Body, nodes)
}

// replaceNodes returns n with some of its descendants replaced. It copies only the lists and mappings that contain
// one of them.
func replaceNodes(n *schema.Node, replacements map[*schema.Node]*schema.Node) *schema.Node {
	if c := replacements[n]; c != nil {
		return c
	}
	c := *n
	changed := false
	replace := func(child *schema.Node) *schema.Node {
		out := replaceNodes(child, replacements)
		changed = changed || out != child
		return out
	}
	c.Items, c.Members = slices.Clone(n.Items), slices.Clone(n.Members)
	for i, item := range c.Items {
		c.Items[i] = replace(item)
	}
	for i, m := range c.Members {
		c.Members[i].Value = replace(m.Value)
	}
	if !changed {
		return n
	}
	return &c
}

func (d *loader) addProblem(pos schema.Pos, format string, args ...any) {
	d.problems.Addf(pos, format, args...)
}

func (d *loader) loadDocument(n *schema.Node) {
	if n.Form != schema.Map {
		d.addProblem(n.Pos, "a manifest must be a mapping with sections such as deployments, not %s", n.Form)
		return
	}
	top := kind.TopLevelFields()
	d.manifest, d.workspaceField = n, schema.FindField(top, "workspaceId")
	d.problems.Add(schema.Check(top, n, d.catalog.Sections()...)...)
	d.setOrganizationID(n.Get("organizationId"))
	for _, m := range n.Members {
		kind := d.catalog.KindOfSection(m.Name)
		switch {
		case kind == nil:
		case kind.ListField() != nil && m.Value.Form == schema.List:
			body := &schema.Node{Form: schema.Map, Pos: m.Value.Pos, Members: []schema.Member{m}}
			d.loadResource(kind, body)
		case kind.Singleton && kind.ListField() == nil && m.Value.Form != schema.Map:
			d.addProblem(m.Value.Pos, "%s must be a mapping, not %s", m.Name, m.Value.Form)
		case kind.Singleton && kind.ListField() == nil:
			d.loadResource(kind, m.Value)
		case m.Value.Form != schema.List:
			d.addProblem(m.Value.Pos, "%s must be a list, not %s%s", m.Name, m.Value.Form, sectionRemedy(m.Value))
		default:
			for _, item := range m.Value.Items {
				d.loadResource(kind, item)
			}
		}
	}
}

// sectionRemedy returns how to fix a section that isn't a list.
func sectionRemedy(n *schema.Node) string {
	switch n.Form {
	case schema.Null:
		return "; write [] or remove it"
	case schema.Map:
		return `; start each item with "- "`
	}
	return ""
}

func (d *loader) setOrganizationID(id *schema.Node) {
	switch previous := d.desired.OrganizationID; {
	case id == nil || id.Form != schema.Text:
	case previous == nil:
		d.desired.OrganizationID = id
	case previous.Text != id.Text:
		first, second := schema.ShowBoth(previous, id)
		d.addProblem(id.Pos, "organizationId is %s here, but %s at %s; a run manages only one Organization, so use the same id", second, first, previous.Pos)
	}
}

func (d *loader) loadResource(k *kind.Kind, item *schema.Node) {
	if item.Form != schema.Map {
		d.addProblem(item.Pos, "each item of %s must be a mapping, not %s", k.Section, item.Form)
		return
	}
	own, body := &schema.Node{Form: schema.Map, Pos: item.Pos}, &schema.Node{Form: schema.Map, Pos: item.Pos}
	for _, m := range item.Members {
		if schema.FindField(kind.MetaArguments(), m.Name) != nil {
			own.Members = append(own.Members, m)
		} else {
			body.Members = append(body.Members, m)
		}
	}
	d.markSensitive(k.Fields, body, body, "") // first, so that no problem quotes a secret value
	problems := schema.Check(kind.MetaArguments(), own)
	problems = append(problems, schema.Check(k.Fields, body, "id", "state", "protect")...)
	schema.SortProblems(problems)
	d.problems.Add(problems...)

	o := &Resource{Kind: k, Body: body, Pos: item.Pos, ID: own.Get("id").ScalarText(), Semantics: d.semantics}
	d.recordDeclaration(o, item)
	o.Absent, o.Protect = own.Get("state").Is("absent"), own.Get("protect").Is("true")
	if id := own.Get("id"); id != nil {
		o.Pos = id.Pos
	}
	o.DefaultWorkspace = d.defaultWorkspace
	if n := d.workspaceField.DesiredValue(d.manifest); n != nil {
		o.DefaultWorkspace = n.ScalarText()
	}
	parent, rootKind := k.DeclaredParentField(body), d.workspaceField.Ref.Kind
	if parent != nil && own.Get("id") == nil && parent.DesiredValue(body) == nil && parent.Ref.Kind == rootKind {
		d.setDefaultWorkspace(o, parent)
	}
	d.warnNames(o, body)
	o.Body = d.extractReferences(o, k.Fields, o.Body)
	for _, r := range o.Refs {
		if r.Kind.ParentFields != nil && r.Parent == "" && !o.HasParentOfKind(rootKind) {
			r.Parent = schema.NormalizeName(o.DefaultWorkspace)
		}
	}
	d.checkIdentity(o, own)
	d.problems.Add(k.CheckRules(o.Body, o.Body, nil)...)
	o.Index = len(d.desired.Resources)
	d.desired.Resources = append(d.desired.Resources, o)
}

// setDefaultWorkspace adds the default Workspace to a resource that doesn't set one. The position of the value
// is that of the default in the document; a default from the input has none.
func (d *loader) setDefaultWorkspace(o *Resource, parent *schema.Field) {
	for _, m := range d.manifest.Members {
		if m.Name == parent.Name || m.Name == parent.Ref.NameField {
			o.Body.Set(m.Name, m.Value)
			return
		}
	}
	if d.defaultWorkspace != "" {
		o.Body.Set(parent.Ref.NameField, schema.String(d.defaultWorkspace))
	}
}
