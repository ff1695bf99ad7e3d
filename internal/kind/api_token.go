package kind

import (
	"net/url"
	"time"

	"astro-apply/internal/schema"
)

// SecretSinkField is the field that names the destination of a generated secret, which Astro returns only once.
const SecretSinkField = "saveTo"

const (
	newTokenRemedy = "create a token with another name, switch to it, then delete this one"

	// A new value for a token, where the API rotates it and where it doesn't.
	rotateTokenRemedy  = "rotate it (input rotate)"
	replaceTokenRemedy = "replace it (apply with state: absent, then without)"

	saveToRemedy = "Astro shows the value of a new token only once; set saveTo to a file below GITHUB_WORKSPACE or RUNNER_TEMP, or to output, for the action's output tokens"
)

func apiTokenKind() *Kind {
	const item = "/organizations/{organizationId}/tokens/{id}"
	return &Kind{
		Name:    "apiToken",
		Title:   "API token",
		Section: "apiTokens",
		Doc: "An API token of a Workspace (workspace), a Deployment (deployment) or the Organization (scope: ORGANIZATION). " +
			"Its value is shown only once, when it is created or rotated.",
		ParentFields: []string{"deploymentId", "workspaceId"},
		Identity:     []string{"name"},
		Endpoints: usualEndpoints(item, ListEndpoint{
			Member: "tokens", ListsAll: true,
			Params: func(parentID string) url.Values {
				if parentID == "" {
					return url.Values{"includeOnlyOrganizationTokens": {"true"}}
				}
				return nil
			},
		}),
		Rotate:          Endpoint{"POST", item + "/rotate"},
		GeneratedSecret: "token",
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}}, {Name: "roles", Endpoint: Endpoint{"POST", item + "/roles"}, Expand: expandTokenRoles}},
		Expand:          expandAPIToken,
		Flatten:         flattenToken,
		Precondition:    checkOwnToken,
		Expiry:          expiryAt("endAt", "it", rotateTokenRemedy),
		Advice:          func(live *schema.Node, now time.Time) string { return unusedTokenAdvice(live, now, rotateTokenRemedy) },
		Fields: []schema.Field{
			{Name: "name", Type: nameType(256), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Doc: "Name of the token."},
			{Name: "description", Type: schema.TextType(500), Doc: "Description of the token."},
			{
				Name: "scope", Type: schema.EnumType("DEPLOYMENT", "WORKSPACE", "ORGANIZATION"), Behavior: schema.Create | schema.Immutable, Remedy: newTokenRemedy,
				Doc: "Scope of the token. If omitted, it follows from deployment or workspace.",
			},
			{
				Name: "workspaceId", Type: schema.TextType(0), Ref: &workspaceRef, Behavior: schema.Create | schema.Immutable, Remedy: newTokenRemedy,
				When: []schema.Condition{{Field: "scope", In: []string{"WORKSPACE"}}}, Doc: "Workspace that the token belongs to.",
			},
			{
				Name: "deploymentId", Type: schema.TextType(0), Ref: &deploymentRef, Behavior: schema.Create | schema.Immutable, Remedy: newTokenRemedy,
				When: []schema.Condition{{Field: "scope", In: []string{"DEPLOYMENT"}}}, Doc: "Deployment that the token belongs to.",
			},
			{
				Name: "roles", Type: tokenRolesType(), EndpointName: "roles", Behavior: schema.RequiredCreate | schema.RequiredUpdate,
				Doc: "Roles of the token. Exactly one role sets neither workspace nor deployment: it applies to the token's own scope. Any number of roles apply to resources inside that scope.",
			},
			{
				Name: "kind", Type: schema.EnumType("STANDARD", "DIRECT_ACCESS"), Behavior: schema.Create | schema.Immutable, Remedy: newTokenRemedy,
				Doc: "Type of the token. Defaults to STANDARD.",
			},
			expiryField(),
			saveToField(),
		},
		Rules: []Rule{exclusiveFieldsRule("deploymentId", "workspaceId"), dagSelectorRule("roles", false), ownRoleRule()},
	}
}

func expiryField() schema.Field {
	return schema.Field{
		Name: "tokenExpiryPeriodInDays", ResponsePath: "expiryPeriodInDays", Type: schema.IntType(1, 3650), Behavior: schema.Create | schema.Immutable, Remedy: newTokenRemedy,
		Doc: "Number of days until the token expires. It never expires if omitted.",
	}
}

func saveToField() schema.Field {
	return schema.Field{
		Name: SecretSinkField, Type: nonEmptyType(), Behavior: schema.MetaArgument | schema.RequiredCreate, Remedy: saveToRemedy,
		Doc: "Destination of the value of a new or rotated token: a file below GITHUB_WORKSPACE or RUNNER_TEMP (mode 0600), or output, for the action's output tokens.",
	}
}

func tokenRolesType() schema.Type {
	t := schema.KeyedType(
		[]string{"workspaceId", "deploymentId", "dagId", "dagTag"},
		schema.Field{Name: "role", Type: nonEmptyType(), Behavior: schema.Required, Ref: &roleRef, Doc: "Built-in role, such as WORKSPACE_OPERATOR, or the name of a custom role."},
		schema.Field{Name: "workspaceId", Type: schema.TextType(0), Ref: &workspaceRef, Doc: "Workspace that the role applies to. A role with neither workspace nor deployment applies to the token's own scope."},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Ref: &deploymentRef, Doc: "Deployment that the role applies to."},
		schema.Field{Name: "dagId", Type: nonEmptyType(), Doc: "ID of the DAG that the role applies to, in that Deployment."},
		schema.Field{Name: "dagTag", Type: nonEmptyType(), Doc: "Tag of the DAGs that the role applies to, in that Deployment."},
	)
	t.KeyFunc, t.ItemCount = roleScope, &schema.Range{Min: 1}
	return t
}

// ownRoleRule requires exactly one role on the token's own scope: the create call sends this role, and the API
// refuses updates without it.
func ownRoleRule() Rule {
	const problem = "roles: a role with dagId or dagTag must also set deployment"
	return Rule{
		Forbidden: []Combination{
			{[]FieldCondition{{Field: "roles[].dagId"}, {Field: "roles[].deploymentId", Negated: true}}, problem},
			{[]FieldCondition{{Field: "roles[].dagTag"}, {Field: "roles[].deploymentId", Negated: true}}, problem},
		},
		Check: func(o *schema.Node) string {
			roles, own := o.Get("roles"), 0
			if roles == nil || roles.Form != schema.List {
				return ""
			}
			for _, role := range roles.Items {
				if roleScope(role) == "itself" {
					own++
				}
			}
			if own != 1 {
				return "roles: exactly one role must set neither workspace nor deployment; it is the token's role in its own scope"
			}
			return ""
		},
	}
}

// checkOwnToken refuses changes of the token that the run itself uses, so that a run can't lock itself out.
func checkOwnToken(g ProposedChange) Refusal {
	own := g.Caller.TokenID != "" && g.Live.Get("id").Is(g.Caller.TokenID)
	const way = "this run uses this token, so it can't "
	switch {
	case own && g.After == nil:
		return Refusal{Reason: way + "delete it; use another token for this run"}
	case own && g.ChangesField("roles"):
		return Refusal{Reason: way + "change its roles; use another token for this run"}
	case own && g.ChangesField("token"):
		return Refusal{Reason: way + "rotate it; use another token for this run"}
	}
	return Refusal{}
}

// unusedTokenAdvice returns a remark on a token that was not used within a day after its value was created, "" for any
// other token. A run that is killed after Astro created the token and before the value was saved leaves no other trace.
func unusedTokenAdvice(live *schema.Node, now time.Time, remedy string) string {
	readTime := func(name string) time.Time {
		t, _ := time.Parse(time.RFC3339, live.Get(name).ScalarText()) // the zero time if it is missing or invalid
		return t
	}
	since, done := readTime("createdAt"), "never been used since it was created at "
	if rotated := readTime("lastRotatedAt"); rotated.After(since) {
		since, done = rotated, "not been used since it was rotated at "
	}
	isUsed := live.Get("lastUsedAt").ScalarText() != "" && !readTime("lastUsedAt").Before(since)
	if isUsed || since.IsZero() || now.Sub(since) < 24*time.Hour {
		return ""
	}
	return "it has " + done + since.Format(time.RFC3339) +
		"; if the run that created or rotated it stopped before it saved the value, the value is lost: " + remedy
}

func agentTokenKind() *Kind {
	const item = "/organizations/{organizationId}/deployments/{deploymentId}/agent-tokens/{id}"
	const once = schema.Create | schema.Immutable
	return &Kind{
		Name:            "agentToken",
		Title:           "agent token",
		Section:         "agentTokens",
		Doc:             "A token for the remote execution agents of a Deployment. Its value is shown only once, when it is created. The token can't be changed or rotated.",
		ParentFields:    []string{"deploymentId"},
		Gate:            &Gate{"deployment", schema.Condition{Field: "remoteExecution.enabled", In: []string{"true"}}},
		Identity:        []string{"name"},
		Endpoints:       usualEndpoints(item, ListEndpoint{Member: "tokens"}),
		GeneratedSecret: "token",

		Flatten: flattenExpiry,
		Expiry:  expiryAt("endAt", "it", replaceTokenRemedy),
		Advice:  func(live *schema.Node, now time.Time) string { return unusedTokenAdvice(live, now, replaceTokenRemedy) },
		Expand: func(fields, _ *schema.Node, _ string) *schema.Node {
			out := fields.Clone()
			out.Delete("deploymentId") // the request's path contains it
			return out
		},
		Fields: []schema.Field{
			{Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | once, Remedy: newTokenRemedy, Doc: "Name of the token."},
			{Name: "description", Type: schema.TextType(0), Behavior: once, Remedy: newTokenRemedy, Doc: "Description of the token."},
			{
				Name: "deploymentId", Type: schema.TextType(0), Ref: &deploymentRef, Behavior: schema.RequiredCreate | once, Remedy: newTokenRemedy,
				Doc: "Deployment that the agents work for.",
			},
			expiryField(),
			saveToField(),
		},
	}
}

// expandAPIToken returns the body of a create. The create call accepts only the role on the token's own scope.
func expandAPIToken(fields, _ *schema.Node, _ string) *schema.Node {
	out := fields.Clone()
	roles := out.Get("roles")
	for _, name := range []string{"scope", "workspaceId", "deploymentId", "roles"} {
		out.Delete(name)
	}
	scope, entity := scopeAndEntity(fields)
	out.Set("scope", schema.String(scope))
	out.Set("entityId", entity)
	for _, role := range roles.Items {
		if roleScope(role) == "itself" {
			out.Set("role", role.Get("role"))
		}
	}
	return out
}

// scopeAndEntity returns the type and id of the resource that a token belongs to. The id is nil for the Organization.
func scopeAndEntity(token *schema.Node) (scope string, entity *schema.Node) {
	switch {
	case token.Get("deploymentId") != nil:
		return "DEPLOYMENT", token.Get("deploymentId")
	case token.Get("workspaceId") != nil:
		return "WORKSPACE", token.Get("workspaceId")
	}
	return "ORGANIZATION", nil
}

// expandTokenRoles returns roles in the API's form: each has the type and the id of the resource that it is granted on.
func expandTokenRoles(fields, token *schema.Node, organizationID string) *schema.Node {
	list := &schema.Node{Form: schema.List, Pos: fields.Get("roles").Pos}
	for _, role := range fields.Get("roles").Items {
		scope, entity := scopeAndEntity(role)
		if roleScope(role) == "itself" {
			scope, entity = scopeAndEntity(token)
		}
		if entity == nil {
			entity = schema.String(organizationID)
		}
		out := &schema.Node{Form: schema.Map, Pos: role.Pos}
		out.Set("role", role.Get("role"))
		for name, kind := range map[string]string{"dagId": "DAG", "dagTag": "DAG_TAG"} {
			if dag := role.Get(name); dag != nil {
				out.Set("deploymentId", entity)
				scope, entity = kind, dag
			}
		}
		out.Set("entityType", schema.String(scope))
		out.Set("entityId", entity)
		list.Items = append(list.Items, out)
	}
	out := &schema.Node{Form: schema.Map, Pos: fields.Pos}
	out.Set("roles", list)
	return out
}

// flattenExpiry sets the period to 0, which means no expiry, if a response omits it.
func flattenExpiry(live *schema.Node) {
	if live.Get("expiryPeriodInDays") == nil {
		live.Set("expiryPeriodInDays", schema.Int(0))
	}
}

// flattenToken converts a response to the manifest's fields. The API returns the Workspace or Deployment of a token
// only as the entity of the token's first role of that scope.
func flattenToken(live *schema.Node) {
	flattenExpiry(live)
	roles, scope := live.Get("roles"), live.Get("scope").ScalarText()
	if roles == nil || roles.Form != schema.List {
		return
	}
	list, ownRoleFound := &schema.Node{Form: schema.List}, false
	for _, role := range roles.Items {
		entity, kind := role.Get("entityId"), role.Get("entityType").ScalarText()
		out := &schema.Node{Form: schema.Map}
		out.Set("role", role.Get("role"))
		field := map[string]string{"WORKSPACE": "workspaceId", "DEPLOYMENT": "deploymentId", "DAG": "dagId", "DAG_TAG": "dagTag", "TAG": "dagTag"}[kind]
		switch own := kind == scope && !ownRoleFound; {
		case own && field != "":
			ownRoleFound = true
			live.Set(field, entity)
		case own:
			ownRoleFound = true
		case field != "":
			out.Set(field, entity)
		}
		if kind != "DEPLOYMENT" {
			out.Set("deploymentId", role.Get("deploymentId"))
		}
		list.Items = append(list.Items, out)
	}
	live.Set("roles", list)
}
