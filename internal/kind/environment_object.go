package kind

import (
	"net/url"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

const replaceEnvironmentObjectRemedy = "create an environment object with another key and mark this one state: absent, or delete this one in one run and create it again in the next"

func environmentObjectKind() *Kind {
	const item = "/organizations/{organizationId}/environment-objects/{id}"
	const once = schema.Create | schema.Immutable
	return &Kind{
		Name:         "environmentObject",
		Title:        "environment object",
		Section:      "environmentObjects",
		Doc:          "A connection, environment variable, Airflow variable or metrics export of a Workspace (workspace) or of one Deployment (deployment).",
		ParentFields: []string{"deploymentId", "workspaceId"},
		Identity:     []string{"objectType", "objectKey"},
		Unique:       true,
		Endpoints: usualEndpoints(item, ListEndpoint{
			Member: "environmentObjects",
			Params: func(string) url.Values { return url.Values{"resolveLinked": {"false"}} },
		}),
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}, Expand: expandEnvironmentObject}},
		Expand:          expandEnvironmentObject,
		Flatten:         flattenEnvironmentObject,
		Fields: []schema.Field{
			{
				Name: "objectType", Type: schema.EnumType("CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"),
				Behavior: schema.RequiredCreate | once, Remedy: replaceEnvironmentObjectRemedy, Doc: "Type of the environment object.",
			},
			{Name: "objectKey", Type: schema.NameType(nonEmptyType()), Behavior: schema.RequiredCreate | once, Remedy: replaceEnvironmentObjectRemedy, Doc: "Key of the environment object: the ID of the connection or the name of the variable."},
			{Name: "workspaceId", Type: schema.TextType(0), Ref: &workspaceRef, Behavior: once, Remedy: replaceEnvironmentObjectRemedy, Doc: "Workspace that the environment object belongs to. The Deployments of the Workspace can use it."},
			{Name: "deploymentId", Type: schema.TextType(0), Ref: &deploymentRef, Behavior: once, Remedy: replaceEnvironmentObjectRemedy, Doc: "Deployment that the environment object belongs to, instead of a Workspace."},
			{Name: "description", Type: schema.TextType(500), Doc: "Description of the environment object."},
			{
				Name: "environmentVariable", Type: variableType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("ENVIRONMENT_VARIABLE"),
				Doc: "Settings of the environment variable.",
			},
			{
				Name: "airflowVariable", Type: variableType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("AIRFLOW_VARIABLE"),
				Doc: "Settings of the Airflow variable.",
			},
			{Name: "connection", Type: schema.ObjectType(connectionFields(schema.RequiredCreate)...), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("CONNECTION"), Doc: "Settings of the connection."},
			{Name: "metricsExport", Type: schema.ObjectType(metricsExportFields(schema.RequiredCreate)...), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("METRICS_EXPORT"), Doc: "Settings of the metrics export."},
			// An update that omits one of these three clears it.
			{Name: "autoLinkDeployments", Type: schema.BoolType(), Behavior: schema.RequiredUpdate, Doc: "Link the environment object to every Deployment of the Workspace."},
			{Name: "links", Type: linksType(), Behavior: schema.RequiredUpdate, Doc: "Deployments that use the environment object, with their overrides."},
			{
				Name: "excludeLinks", Behavior: schema.RequiredUpdate, Doc: "Deployments that don't use the environment object although autoLinkDeployments is true.",
				Type: schema.KeyedType(
					[]string{"deploymentId"},
					schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "Deployment to exclude."},
				),
			},
		},
		Rules: []Rule{
			exclusiveFieldsRule("deploymentId", "workspaceId", "autoLinkDeployments", "links", "excludeLinks"),
			linkExclusionRule(),
		},
	}
}

func whenObjectType(word string) []schema.Condition {
	return []schema.Condition{{Field: "objectType", In: []string{word}}}
}

// expandEnvironmentObject returns the body of a request, with the scope in the API's form. It omits the
// links of a resource that belongs to a Deployment, because the API accepts them only for a Workspace.
func expandEnvironmentObject(fields, resource *schema.Node, _ string) *schema.Node {
	out := fields.Clone()
	for name, scope := range map[string]string{"workspaceId": "WORKSPACE", "deploymentId": "DEPLOYMENT"} {
		if id := out.Get(name); id != nil {
			out.Delete(name)
			out.Set("scope", schema.String(scope))
			out.Set("scopeEntityId", id)
		}
	}
	if resource.Get("deploymentId").ScalarText() != "" {
		for _, name := range []string{"autoLinkDeployments", "links", "excludeLinks"} {
			out.Delete(name)
		}
	}
	for _, name := range []string{"links", "excludeLinks"} {
		if list := out.Get(name); list != nil {
			for i, link := range list.Items {
				list.Items[i] = expandLink(link)
			}
		}
	}
	return out
}

func expandLink(link *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.Map, Pos: link.Pos}
	out.Set("scope", schema.String("DEPLOYMENT"))
	out.Set("scopeEntityId", link.Get("deploymentId"))
	overrides := link.Get("overrides")
	if overrides == nil || len(overrides.Members) == 0 {
		return out
	}
	unset := &schema.Node{Form: schema.List}
	for i := range overrides.Members {
		if names := overrides.Members[i].Value.Get(unsetFields); names != nil {
			unset.Items = append(unset.Items, names.Items...)
			overrides.Members[i].Value.Delete(unsetFields)
		}
	}
	if len(unset.Items) > 0 {
		overrides.Set(unsetFields, unset)
	}
	out.Set("overrides", overrides)
	return out
}

// flattenEnvironmentObject converts a response to the manifest's fields. A secret value that is set but
// not returned becomes a redacted node.
func flattenEnvironmentObject(live *schema.Node) {
	switch id := live.Get("scopeEntityId"); live.Get("scope").ScalarText() {
	case "WORKSPACE":
		live.Set("workspaceId", id)
	case "DEPLOYMENT":
		live.Set("deploymentId", id)
	}
	secret := false
	for _, name := range typedBodyFields {
		if body := live.Get(name); body != nil && body.Form == schema.Map {
			if body.Get("isSecret").Is("true") {
				secret = true
				body.Set("value", schema.RedactedNode())
			}
			if auth := body.GetPath("connectionAuthType.id"); auth != nil {
				body.Set("authTypeId", auth)
			}
			markRedactedMembers(body, live.Get("setFields"), false)
		}
	}
	for _, name := range []string{"links", "excludeLinks"} {
		if list := live.Get(name); list != nil {
			for i, link := range list.Items {
				list.Items[i] = flattenLink(link, secret)
			}
		}
	}
}

var typedBodyFields = []string{"connection", "environmentVariable", "airflowVariable", "metricsExport"}

func flattenLink(link *schema.Node, secret bool) *schema.Node {
	out, overrides := &schema.Node{Form: schema.Map}, &schema.Node{Form: schema.Map}
	out.Set("deploymentId", link.Get("scopeEntityId"))
	for _, name := range typedBodyFields {
		if body := link.Get(name + "Overrides"); body != nil && body.Form == schema.Map {
			markRedactedMembers(body, link.Get("setFields"), secret)
			if secret && body.Get("value").Is("") && !body.Get("value").IsRedacted() {
				body.Delete("value") // the API always returns it, but "" of a secret means no override
			}
			overrides.Set(name, body)
		}
	}
	if len(overrides.Members) > 0 {
		out.Set("overrides", overrides)
	}
	return out
}

const unsetFields = "unsetFields"

func variableType() schema.Type {
	return schema.ObjectType(
		schema.Field{
			Name: "value", Type: schema.TextType(0), Behavior: schema.RequiredCreate, Secret: &schema.SecretRule{If: "isSecret", PresenceReported: true},
			Doc: "Value of the variable.",
		},
		schema.Field{
			Name: "isSecret", Type: schema.BoolType(), Behavior: schema.Create | schema.Immutable, Remedy: replaceEnvironmentObjectRemedy,
			Doc: "Keep the value secret.",
		},
	)
}

// connectionFields returns the fields of a connection. required is the behavior of its type,
// which is optional (0) in an override.
func connectionFields(required schema.Behavior) []schema.Field {
	reportedSecret := &schema.SecretRule{PresenceReported: true}
	fields := []schema.Field{
		{Name: "type", Type: nonEmptyType(), Behavior: required, Doc: "Type of the connection, such as snowflake."},
		{Name: "host", Type: schema.TextType(0), Doc: "Host name or address."},
		{Name: "port", Type: schema.IntType(0, 0), Doc: "Port of the host."},
		{Name: "schema", Type: schema.TextType(0), Doc: "Schema to use."},
		{Name: "login", Type: schema.TextType(0), Doc: "User name of the connection."},
		{Name: "password", Type: schema.TextType(0), Secret: reportedSecret, Doc: "Password of the connection."},
		{Name: "extra", Type: schema.MapType(nil), Undeclared: schema.OmitUnlessChanged, Doc: "Extra parameters. Astro keeps secret ones secret."},
	}
	if required != 0 {
		fields[0].Behavior |= schema.RequiredUpdate
		fields = append(fields, schema.Field{Name: "authTypeId", Type: nonEmptyType(), Doc: "ID of the authentication method."})
	}
	return fields
}

func metricsExportFields(required schema.Behavior) []schema.Field {
	reportedSecret := &schema.SecretRule{PresenceReported: true}
	text := schema.TextType(0)
	return []schema.Field{
		{Name: "endpoint", Type: nonEmptyType(), Behavior: required, Doc: "Prometheus endpoint that receives the metrics."},
		{Name: "exporterType", Type: schema.EnumType("PROMETHEUS"), Behavior: required, Doc: "Type of the exporter."},
		// Responses contain an empty authType and username even if they are set.
		{Name: "authType", Type: schema.EnumType("BASIC", "AUTH_TOKEN", "SIGV4"), Doc: "Authentication method of the endpoint."},
		{Name: "username", Type: schema.TextType(0), Doc: "User name, for BASIC."},
		{Name: "password", Type: schema.TextType(0), Secret: reportedSecret, Doc: "Password, for BASIC."},
		{Name: "basicToken", Type: schema.TextType(0), Secret: reportedSecret, Doc: "Bearer token, for AUTH_TOKEN."},
		{Name: "sigV4AssumeArn", Type: schema.TextType(0), Doc: "ARN of the AWS role to assume, for SIGV4."},
		{Name: "sigV4StsRegion", Type: schema.TextType(0), Doc: "Region of AWS STS, for SIGV4."},
		{Name: "headers", Type: schema.MapType(&text), Secret: reportedSecret, Undeclared: schema.OmitUnlessChanged, Doc: "HTTP headers to send, by name."},
		{Name: "labels", Type: schema.MapType(&text), Doc: "Labels of the metrics, by name."},
	}
}

func linksType() schema.Type {
	value := func(bodyField string) schema.Type {
		return schema.ObjectType(schema.Field{
			Name: "value", Type: schema.TextType(0), Secret: &schema.SecretRule{If: "/" + bodyField + ".isSecret", PresenceReported: true}, Doc: "Value for this Deployment.",
		})
	}
	overrides := schema.ObjectType(
		schema.Field{Name: "connection", Type: overrideType(schema.ObjectType(connectionFields(0)...)), When: whenObjectType("CONNECTION"), Doc: "Connection overrides."},
		schema.Field{Name: "environmentVariable", Type: overrideType(value("environmentVariable")), When: whenObjectType("ENVIRONMENT_VARIABLE"), Doc: "Environment variable overrides."},
		schema.Field{Name: "airflowVariable", Type: overrideType(value("airflowVariable")), When: whenObjectType("AIRFLOW_VARIABLE"), Doc: "Airflow variable overrides."},
		schema.Field{Name: "metricsExport", Type: overrideType(schema.ObjectType(metricsExportFields(0)...)), When: whenObjectType("METRICS_EXPORT"), Doc: "Metrics export overrides."},
	)
	return schema.KeyedType(
		[]string{"deploymentId"},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "Deployment to link."},
		schema.Field{Name: "overrides", Type: overrides, Undeclared: schema.OmitAlways, Doc: "Overrides for this Deployment (authoritative). Overrides that exist in Astro but not in the manifest are removed in the same way as list items."},
	)
}

// overrideType returns an object type whose members are removed by their names in unsetFields.
func overrideType(t schema.Type) schema.Type {
	t.UnsetList = unsetFields
	return t
}

func linkExclusionRule() Rule {
	return Rule{CheckedFields: []string{"excludeLinks", "links"}, Check: func(o *schema.Node) string {
		links, excluded, linked := o.Get("links"), o.Get("excludeLinks"), map[string]*schema.Node{}
		for _, item := range links.ListItems() {
			if id := item.Get("deploymentId"); id != nil && id.Form == schema.Text {
				linked[id.Text] = id
			}
		}
		for _, item := range excluded.ListItems() {
			id := item.Get("deploymentId")
			switch link := linked[id.ScalarText()]; {
			case link == nil || id.Form != schema.Text:
			case !links.Pos.IsKnown() || !excluded.Pos.IsKnown(): // the manifest declares only one of the lists
				return "Deployment " + id.Text + " can't be in both links and excludeLinks, and in Astro it is in the list that the manifest omits; declare both lists, with this Deployment in only one of them"
			case !link.Pos.IsKnown() || !id.Pos.IsKnown(): // a current item is kept
				return "Deployment " + id.Text + " can't be in both links and excludeLinks, and the item in Astro is kept; to remove it, set allow-delete: true and remove protect: true if it is set"
			default:
				return "Deployment " + id.Text + " is in both links and excludeLinks; remove it from one of them"
			}
		}
		return ""
	}}
}

// maskedMembers lists the members of typed bodies that responses may contain as "" although
// they are set. In the mappings, any member may be secret.
var maskedMembers = []string{"authType", "authTypeId", "basicToken", "extra", "headers", "password", "username"}

// markRedactedMembers sets a redacted node for each member that setFields lists and that the response
// omits or masks. The path of a member of a mapping is dotted, for example extra.account.
func markRedactedMembers(body, setFields *schema.Node, isValueSecret bool) {
	for _, path := range setFields.ListItems() {
		field, _, dotted := strings.Cut(path.ScalarText(), ".")
		maskable := slices.Contains(maskedMembers, field) || field == "value" && isValueSecret
		if field == "value" && !maskable { // the API always returns the value of a variable that isn't secret
			continue
		}
		mapping, name := body, field
		if dotted {
			if body.Get(field) == nil {
				body.Set(field, &schema.Node{Form: schema.Map})
			}
			mapping, name = locateMember(body.Get(field), strings.TrimPrefix(path.ScalarText(), field+"."))
		}
		if n := mapping.Get(name); mapping.Form == schema.Map && (n == nil || maskable && n.Is("") && n.Form == schema.Text) {
			mapping.Set(name, schema.RedactedNode())
		}
	}
}

// locateMember returns the innermost mapping on a dotted path and the rest of the path, which is a member's
// name: a name may contain dots, too.
func locateMember(in *schema.Node, path string) (*schema.Node, string) {
	for _, m := range in.Members {
		if rest, ok := strings.CutPrefix(path, m.Name+"."); ok && m.Value.Form == schema.Map && in.Get(path) == nil {
			return locateMember(m.Value, rest)
		}
	}
	return in, path
}
