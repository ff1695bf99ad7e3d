package resource

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

const unsetFields = "unsetFields"

func variableType() schema.Type {
	return schema.ObjectType(
		schema.Field{
			Name: "value", Type: schema.TextType(0), Behavior: schema.RequiredCreate, Secret: &schema.SecretRule{IfSibling: "isSecret", PresenceReported: true},
			Doc: "The variable's value.",
		},
		schema.Field{
			Name: "isSecret", Type: schema.BoolType(), Behavior: schema.Create | schema.Immutable, Remedy: replaceEnvironmentObjectRemedy,
			Doc: "Whether the value is kept secret.",
		},
	)
}

// connectionFields are the fields of a connection; required is the phase of its type,
// which an override need not have.
func connectionFields(required schema.Behavior) []schema.Field {
	told := &schema.SecretRule{PresenceReported: true}
	kind := schema.Field{Name: "type", Type: nonEmptyType(), Behavior: required, Doc: "The type of connection, such as snowflake."}
	fields := []schema.Field{
		kind,
		{Name: "host", Type: schema.TextType(0), Doc: "The host's address."},
		{Name: "port", Type: schema.IntType(0, 0), Doc: "The port to connect to."},
		{Name: "schema", Type: schema.TextType(0), Doc: "The schema to use."},
		{Name: "login", Type: schema.TextType(0), Doc: "The user name."},
		{Name: "password", Type: schema.TextType(0), Secret: told, Doc: "The password."},
		{Name: "extra", Type: schema.MapType(nil), Undeclared: schema.OmitUnlessChanged, Doc: "More details, by name. What is secret of it is kept secret by Astro."},
	}
	if required != 0 {
		fields[0].Behavior |= schema.RequiredUpdate
		fields = append(fields, schema.Field{Name: "authTypeId", Type: nonEmptyType(), Doc: "The id of the way of authentication."})
	}
	return fields
}

func metricsExportFields(required schema.Behavior) []schema.Field {
	told := &schema.SecretRule{PresenceReported: true}
	text := schema.TextType(0)
	return []schema.Field{
		{Name: "endpoint", Type: nonEmptyType(), Behavior: required, Doc: "The Prometheus endpoint that metrics are sent to."},
		{Name: "exporterType", Type: schema.EnumType("PROMETHEUS"), Behavior: required, Doc: "The type of exporter."},
		// Answers leave authType and username empty, also where they are set.
		{Name: "authType", Type: schema.EnumType("BASIC", "AUTH_TOKEN", "SIGV4"), Doc: "How to authenticate there."},
		{Name: "username", Type: schema.TextType(0), Doc: "The user name, for BASIC."},
		{Name: "password", Type: schema.TextType(0), Secret: told, Doc: "The password, for BASIC."},
		{Name: "basicToken", Type: schema.TextType(0), Secret: told, Doc: "The bearer token, for AUTH_TOKEN."},
		{Name: "sigV4AssumeArn", Type: schema.TextType(0), Doc: "The AWS role to assume, for SIGV4."},
		{Name: "sigV4StsRegion", Type: schema.TextType(0), Doc: "The region of AWS STS, for SIGV4."},
		{Name: "headers", Type: schema.MapType(&text), Secret: told, Undeclared: schema.OmitUnlessChanged, Doc: "HTTP headers to send, by name."},
		{Name: "labels", Type: schema.MapType(&text), Doc: "Labels of the metrics, by name."},
	}
}

func linksType() schema.Type {
	value := func(of string) schema.Type {
		return schema.ObjectType(schema.Field{
			Name: "value", Type: schema.TextType(0), Secret: &schema.SecretRule{IfPath: of + ".isSecret", PresenceReported: true}, Doc: "The value there.",
		})
	}
	overrides := schema.ObjectType(
		schema.Field{Name: "connection", Type: overrideType(schema.ObjectType(connectionFields(0)...)), When: whenObjectType("CONNECTION"), Doc: "Of a connection."},
		schema.Field{Name: "environmentVariable", Type: overrideType(value("environmentVariable")), When: whenObjectType("ENVIRONMENT_VARIABLE"), Doc: "Of an environment variable."},
		schema.Field{Name: "airflowVariable", Type: overrideType(value("airflowVariable")), When: whenObjectType("AIRFLOW_VARIABLE"), Doc: "Of an Airflow variable."},
		schema.Field{Name: "metricsExport", Type: overrideType(schema.ObjectType(metricsExportFields(0)...)), When: whenObjectType("METRICS_EXPORT"), Doc: "Of a metrics export."},
	)
	return schema.KeyedType(
		[]string{"deploymentId"},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "The Deployment."},
		schema.Field{Name: "overrides", Type: overrides, Undeclared: schema.OmitAlways, Doc: "What is different there, in full: overrides that are live and not declared are removed as list elements are."},
	)
}

// overrideType is an object whose members are given up by being named.
func overrideType(t schema.Type) schema.Type {
	t.UnsetList = unsetFields
	return t
}

func linkExclusionRule() Rule {
	return Rule{Fields: []string{"excludeLinks", "links"}, Check: func(o *schema.Node) string {
		linked := map[string]*schema.Node{}
		for _, name := range []string{"links", "excludeLinks"} {
			list := o.Get(name)
			if list == nil {
				continue
			}
			for _, item := range list.Items {
				id := item.Get("deploymentId")
				switch {
				case id == nil || id.Form != schema.Text:
				case name == "links":
					linked[id.Text] = id
				case linked[id.Text] != nil && (!o.Get("links").Pos.IsKnown() || !list.Pos.IsKnown()): // one isn't declared
					return "Deployment " + id.Text + " is live in the other one of links and excludeLinks; declare that, too, without it"
				case linked[id.Text] != nil && (!linked[id.Text].Pos.IsKnown() || !id.Pos.IsKnown()): // one is live and kept
					return "Deployment " + id.Text + " can't be both in links and in excludeLinks, and the live one of them is kept: it goes with allow-delete: true, and where the object isn't protected"
				case linked[id.Text] != nil:
					return "Deployment " + id.Text + " is both in links and in excludeLinks; keep one of them"
				}
			}
		}
		return ""
	}}
}

// maskedMembers are the members of typed bodies that answers may return as "" although
// they are set. Whatever is in one of the mappings may be secret.
var maskedMembers = []string{"authType", "authTypeId", "basicToken", "extra", "headers", "password", "username"}

// markRedactedMembers puts a hidden value wherever setFields names a member that the answer
// leaves out or masks; also lists more members that it may mask. Paths of members
// of a map are dotted.
func markRedactedMembers(body, setFields *schema.Node, also ...string) {
	if setFields == nil {
		return
	}
	for _, path := range setFields.Items {
		field, _, dotted := strings.Cut(path.ScalarText(), ".")
		maskable := slices.Contains(maskedMembers, field) || slices.Contains(also, field)
		if field == "value" && !maskable { // of a variable that isn't secret: always returned
			continue
		}
		at, name := body, field
		if dotted {
			if body.Get(field) == nil {
				body.Set(field, &schema.Node{Form: schema.Map})
			}
			at, name = locateMember(body.Get(field), strings.TrimPrefix(path.ScalarText(), field+"."))
		}
		if n := at.Get(name); at.Form == schema.Map && (n == nil || maskable && n.Is("") && n.Form == schema.Text) {
			at.Set(name, schema.RedactedNode())
		}
	}
}

// locateMember returns the innermost mapping that has a part of the dotted path, and
// the rest of the path: the name of a member may have dots itself.
func locateMember(in *schema.Node, path string) (*schema.Node, string) {
	for _, m := range in.Members {
		if rest, ok := strings.CutPrefix(path, m.Name+"."); ok && m.Value.Form == schema.Map && in.Get(path) == nil {
			return locateMember(m.Value, rest)
		}
	}
	return in, path
}
