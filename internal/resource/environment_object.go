package resource

import "astro-apply/internal/schema"

const replaceEnvironmentObjectRemedy = "Declare one with another key and mark this one state: absent, or let one run remove this one and the next make it anew"

func environmentObjectKind() *Kind {
	const collection = "/organizations/{organizationId}/environment-objects"
	const item = collection + "/{id}"
	const once = schema.Create | schema.Immutable
	return &Kind{
		Name:            "environmentObject",
		Title:           "environment object",
		Section:         "environmentObjects",
		Doc:             "A connection, environment variable, Airflow variable or metrics export, of a Workspace (workspace) or of one Deployment (deployment).",
		ParentFields:    []string{"deploymentId", "workspaceId"},
		Identity:        []string{"objectType", "objectKey"},
		Unique:          true,
		List:            ListEndpoint{Path: collection, Member: "environmentObjects", Params: map[string][]string{"resolveLinked": {"false"}}},
		Get:             Endpoint{"GET", item},
		Create:          Endpoint{"POST", collection},
		Delete:          Endpoint{"DELETE", item},
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}, Expand: expandEnvironmentObject}},
		Expand:          expandEnvironmentObject,
		Flatten:         flattenEnvironmentObject,
		Fields: []schema.Field{
			{
				Name: "objectType", Type: schema.EnumType("CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"),
				Behavior: schema.RequiredCreate | once, Remedy: replaceEnvironmentObjectRemedy, Doc: "What it is.",
			},
			{Name: "objectKey", Type: schema.NameType(nonEmptyType()), Behavior: schema.RequiredCreate | once, Remedy: replaceEnvironmentObjectRemedy, Doc: "Its key: the connection's id, or the variable's name."},
			{Name: "workspaceId", Type: schema.TextType(0), Ref: &workspaceRef, Behavior: once, Remedy: replaceEnvironmentObjectRemedy, Doc: "The Workspace that it belongs to, and whose Deployments can use it."},
			{Name: "deploymentId", Type: schema.TextType(0), Ref: &deploymentRef, Behavior: once, Remedy: replaceEnvironmentObjectRemedy, Doc: "The one Deployment that it belongs to, instead of a Workspace."},
			{Name: "description", Type: schema.TextType(500), Doc: "What it is for."},
			{
				Name: "environmentVariable", Type: variableType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("ENVIRONMENT_VARIABLE"),
				Doc: "The environment variable.",
			},
			{
				Name: "airflowVariable", Type: variableType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("AIRFLOW_VARIABLE"),
				Doc: "The Airflow variable.",
			},
			{Name: "connection", Type: schema.ObjectType(connectionFields(schema.RequiredCreate)...), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("CONNECTION"), Doc: "The connection."},
			{Name: "metricsExport", Type: schema.ObjectType(metricsExportFields(schema.RequiredCreate)...), Behavior: schema.RequiredCreate | schema.RequiredUpdate, When: whenObjectType("METRICS_EXPORT"), Doc: "The metrics export."},
			// Left out of an update, these three are cleared.
			{Name: "autoLinkDeployments", Type: schema.BoolType(), Behavior: schema.RequiredUpdate, Doc: "Whether every Deployment of the Workspace uses it."},
			{Name: "links", Type: linksType(), Behavior: schema.RequiredUpdate, Doc: "The Deployments that use it, and what is different there."},
			{
				Name: "excludeLinks", Behavior: schema.RequiredUpdate, Doc: "The Deployments that don't use it, although all of the Workspace do.",
				Type: schema.KeyedType(
					[]string{"deploymentId"},
					schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "The Deployment."},
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

// expandEnvironmentObject tells the scope as the API does. What only objects of a
// Workspace have is left out for others.
func expandEnvironmentObject(fields, object *schema.Node, _ string) *schema.Node {
	out := fields.Clone()
	for name, scope := range map[string]string{"workspaceId": "WORKSPACE", "deploymentId": "DEPLOYMENT"} {
		if id := out.Get(name); id != nil {
			out.Delete(name)
			out.Set("scope", schema.String(scope))
			out.Set("scopeEntityId", id)
		}
	}
	if object.Get("deploymentId").ScalarText() != "" {
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

// flattenEnvironmentObject tells an answer in the manifest's words. What is
// set and not told, because it is secret, is there as a hidden value.
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
			markRedactedMembers(body, live.Get("setFields"))
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
			if secret {
				markRedactedMembers(body, link.Get("setFields"), "value")
			} else {
				markRedactedMembers(body, link.Get("setFields"))
			}
			if secret && body.Get("value").Is("") && !body.Get("value").IsRedacted() {
				body.Delete("value") // it has to be there, and says nothing
			}
			overrides.Set(name, body)
		}
	}
	if len(overrides.Members) > 0 {
		out.Set("overrides", overrides)
	}
	return out
}
