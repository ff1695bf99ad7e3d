package resource

import "astro-apply/internal/schema"

// Declaration is what the manifests declare, in their order.
type Declaration struct {
	Catalog        Catalog
	Objects        []*Object
	OrganizationID *schema.Node // nil: not declared
	Problems       []schema.Problem
	Secrets        []string // texts of secret fields, for scrubbing
}

type declarer struct {
	catalog  Catalog
	out      *Declaration
	fallback string // the Workspace of objects that name none
	problems schema.Problems
	warned   map[*schema.Node]bool // its name was looked at: a default Workspace is of many objects
	secrets  []*schema.Node
	seen     map[string]*Object

	translated bool // the document at hand is an Astro CLI file
}

// Declare turns manifest documents into objects and reports everything that
// can be known to be wrong offline. Objects that name no Workspace are put into
// workspace, a name or an id, unless their document has one; "" is none.
func Declare(catalog Catalog, documents []*schema.Node, workspace string) *Declaration {
	d := &declarer{catalog: catalog, out: &Declaration{Catalog: catalog}, fallback: workspace, seen: map[string]*Object{}, warned: map[*schema.Node]bool{}}
	for _, document := range documents {
		ours, problems := Translated(document)
		d.translated = ours != document
		d.problems.Add(problems...)
		d.document(ours)
	}
	d.out.Secrets = d.scrub(documents)
	d.link()
	for _, o := range d.out.Objects {
		d.unique(o)
		d.absent(o)
	}
	d.out.Problems = d.problems.List()
	return d.out
}

func (d *declarer) report(pos schema.Pos, format string, args ...any) {
	d.problems.Addf(pos, format, args...)
}

func (d *declarer) document(n *schema.Node) {
	if n.Form != schema.Map {
		d.report(n.Pos, "a manifest is a mapping with sections such as deployments, not %s", n.Form)
		return
	}
	defaults := schema.Node{Form: schema.Map}
	top := Top()
	for _, m := range n.Members {
		if m.Name == "organizationId" || m.Name == "workspace" || m.Name == "workspaceId" {
			defaults.Members = append(defaults.Members, m)
		}
	}
	d.problems.Add(schema.Check(top, n, d.catalog.Sections()...)...)
	d.organization(defaults.Get("organizationId"))
	for _, m := range n.Members {
		kind := d.catalog.Section(m.Name)
		switch {
		case kind == nil:
		case kind.Whole != "" && m.Value.Form == schema.List:
			whole := &schema.Node{Form: schema.Map, Pos: m.Value.Pos, Members: []schema.Member{{Name: kind.Whole, Pos: m.Pos, Value: m.Value}}}
			d.object(kind, whole, top[1:], &defaults)
		case kind.Single && kind.Whole == "" && m.Value.Form != schema.Map:
			d.report(m.Value.Pos, "%s must be a mapping, not %s", m.Name, m.Value.Form)
		case kind.Single && kind.Whole == "":
			d.object(kind, m.Value, top[1:], &defaults)
		case m.Value.Form != schema.List:
			d.report(m.Value.Pos, "%s must be a list, not %s%s", m.Name, m.Value.Form, emptySection(m.Value))
		default:
			for _, item := range m.Value.Items {
				d.object(kind, item, top[1:], &defaults)
			}
		}
	}
}

func emptySection(n *schema.Node) string {
	if n.Form == schema.Null {
		return "; write [] or leave it out"
	}
	return ""
}

func (d *declarer) organization(id *schema.Node) {
	switch before := d.out.OrganizationID; {
	case id == nil || id.Form != schema.Text:
	case before == nil:
		d.out.OrganizationID = id
	case before.Text != id.Text:
		first, second := schema.ShowBoth(before, id)
		d.report(id.Pos, "organizationId is %s here and %s at %s; one run manages one Organization", second, first, before.Pos)
	}
}

func (d *declarer) object(k *Kind, item *schema.Node, top []schema.Field, defaults *schema.Node) {
	if item.Form != schema.Map {
		d.report(item.Pos, "each of the %s is a mapping, not %s", k.Section, item.Form)
		return
	}
	own, body := &schema.Node{Form: schema.Map, Pos: item.Pos}, &schema.Node{Form: schema.Map, Pos: item.Pos, CreateDefaults: item.CreateDefaults}
	for _, m := range item.Members {
		if schema.FindField(Grammar(), m.Name) != nil {
			own.Members = append(own.Members, m)
		} else {
			body.Members = append(body.Members, m)
		}
	}
	d.conceal(k.Fields, body, body, "") // before anything is said about a value
	problems := schema.Check(Grammar(), own)
	problems = append(problems, schema.Check(k.Fields, body, "id", "state", "protect")...)
	schema.SortProblems(problems)
	d.problems.Add(problems...)

	o := &Object{Kind: k, Body: body, Pos: item.Pos, ID: own.Get("id").ScalarText()}
	o.Absent, o.Protect = own.Get("state").Is("absent"), own.Get("protect").Is("true")
	if id := own.Get("id"); id != nil {
		o.Pos = id.Pos
	}
	workspace := d.fallback
	if n := top[0].DesiredValue(defaults); n != nil {
		workspace = n.ScalarText()
	}
	o.Default = workspace
	if parent := k.parent(body); parent != nil && own.Get("id") == nil && parent.DesiredValue(body) == nil && parent.Ref.Kind == top[0].Ref.Kind {
		d.adopt(o, parent, top, defaults)
	}
	d.warnNames(o, body)
	o.Body = d.references(o, k.Fields, o.Body)
	for _, r := range o.Refs {
		if r.Kind.Parents != nil && r.Parent == "" && !o.at(top[0].Ref.Kind) {
			r.Parent = schema.NormalizeName(workspace)
		}
	}
	d.identity(o, own)
	d.problems.Add(k.Broken(o.Body, o.Body, nil)...)
	d.out.Objects = append(d.out.Objects, o)
}

// adopt puts an object that names no Workspace into the default one. It says
// so at the place of the default, or, for the input, at no place.
func (d *declarer) adopt(o *Object, parent *schema.Field, top []schema.Field, defaults *schema.Node) {
	if n := top[0].DesiredValue(defaults); n != nil {
		for _, m := range defaults.Members {
			if m.Name == parent.Name || m.Name == parent.Ref.NameField {
				o.Body.Set(m.Name, m.Value)
				return
			}
		}
	}
	if d.fallback != "" {
		o.Body.Set(parent.Ref.NameField, schema.String(d.fallback))
	}
}
