package resource

import (
	"time"

	"astro-apply/internal/schema"
)

// SinkField says where a value goes that is told once.
const SinkField = "saveTo"

const (
	newToken = "Declare another token under a new name, use it, and remove this one"

	// A new value for a token, where the API rotates it and where it doesn't.
	rotateToken  = "rotate it (input rotate)"
	replaceToken = "mark it state: absent once, and let the next run create another one"

	sink = "the value of a new token is shown once: name a file below the workspace or RUNNER_TEMP that takes it, or write output, for the action's output tokens"
)

func apiToken() *Kind {
	const collection = "/organizations/{organizationId}/tokens"
	const item = collection + "/{id}"
	return &Kind{
		Name:    "apiToken",
		Title:   "API token",
		Section: "apiTokens",
		Doc: "A token for programs, of a Workspace (workspace), a Deployment (deployment) or the Organization (scope: ORGANIZATION). " +
			"Its value is told once, when it is created or rotated.",
		Parents:  []string{"deploymentId", "workspaceId"},
		Identity: []string{"name"},
		List: Query{
			Path: collection, Member: "tokens", Flat: true,
			Rootly: map[string][]string{"includeOnlyOrganizationTokens": {"true"}},
		},
		Get:       Call{"GET", item},
		Create:    Call{"POST", collection},
		Delete:    Call{"DELETE", item},
		Rotate:    Call{"POST", item + "/rotate"},
		Issued:    "token",
		Parts:     []Part{{Call: Call{"POST", item}}, {Name: "roles", Call: Call{"POST", item + "/roles"}, Shape: tokenRoles}},
		Shape:     newAPIToken,
		Canonical: canonicalToken,
		Guard:     ownToken,
		Ending:    &Ending{"endAt", "it", rotateToken},
		Doubt:     func(live *schema.Node) string { return unused(live, rotateToken) },
		Fields: []schema.Field{
			{Name: "name", Type: name(256), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Doc: "The token's name."},
			{Name: "description", Type: schema.TextType(500), Doc: "What the token is for."},
			{
				Name: "scope", Type: schema.EnumType("DEPLOYMENT", "WORKSPACE", "ORGANIZATION"), Behavior: schema.Create | schema.Immutable, Remedy: newToken,
				Doc: "What the token belongs to; left out, that is the deployment or workspace it names.",
			},
			{
				Name: "workspaceId", Type: schema.TextType(0), Ref: &toWorkspace, Behavior: schema.Create | schema.Immutable, Remedy: newToken,
				When: []schema.Condition{{Field: "scope", In: []string{"WORKSPACE"}}}, Doc: "The Workspace that the token belongs to.",
			},
			{
				Name: "deploymentId", Type: schema.TextType(0), Ref: &toDeployment, Behavior: schema.Create | schema.Immutable, Remedy: newToken,
				When: []schema.Condition{{Field: "scope", In: []string{"DEPLOYMENT"}}}, Doc: "The Deployment that the token belongs to.",
			},
			{
				Name: "roles", Type: tokenRoleList(), EndpointName: "roles", Behavior: schema.RequiredCreate | schema.RequiredUpdate,
				Doc: "What the token may do: one role in what it belongs to, and any number elsewhere in it.",
			},
			{
				Name: "kind", Type: schema.EnumType("STANDARD", "DIRECT_ACCESS"), Behavior: schema.Create | schema.Immutable, Remedy: newToken,
				Doc: "The kind of token, STANDARD unless declared.",
			},
			expiry(),
			saveTo(),
		},
		Rules: []Rule{exclusive("deploymentId", "workspaceId"), oneDAG("roles", false), ownRole()},
	}
}

func expiry() schema.Field {
	return schema.Field{
		Name: "tokenExpiryPeriodInDays", ResponsePath: "expiryPeriodInDays", Type: schema.IntType(1, 3650), Behavior: schema.Create | schema.Immutable, Remedy: newToken,
		Doc: "How many days the token is valid; left out, for ever.",
	}
}

func saveTo() schema.Field {
	return schema.Field{
		Name: SinkField, Type: nonEmpty(), Behavior: schema.MetaArgument | schema.RequiredCreate, Remedy: sink,
		Doc: "Where the value of a new or rotated token goes: a file below the workspace or RUNNER_TEMP (mode 0600), or output, for the action's output tokens.",
	}
}

func tokenRoleList() schema.Type {
	t := schema.KeyedType(
		[]string{"workspaceId", "deploymentId", "dagId", "dagTag"},
		schema.Field{Name: "role", Type: nonEmpty(), Behavior: schema.Required, Ref: &toRole, Doc: "The role, such as WORKSPACE_OPERATOR, or the name of a custom role."},
		schema.Field{Name: "workspaceId", Type: schema.TextType(0), Ref: &toWorkspace, Doc: "The Workspace that the role is for. Without any place it is for what the token belongs to."},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Ref: &toDeployment, Doc: "The Deployment that the role is for."},
		schema.Field{Name: "dagId", Type: nonEmpty(), Doc: "The DAG in the Deployment that the role is for."},
		schema.Field{Name: "dagTag", Type: nonEmpty(), Doc: "The tag of the DAGs in the Deployment that the role is for."},
	)
	t.KeyFunc, t.ItemCount = scopeOf, &schema.Range{Min: 1}
	return t
}

// ownRole: the create call takes this role, and the API wants it to stay.
func ownRole() Rule {
	never := []Combination{
		{{Field: "roles[].dagId"}, {Field: "roles[].deploymentId", Not: true}},
		{{Field: "roles[].dagTag"}, {Field: "roles[].deploymentId", Not: true}},
	}
	return Rule{Fields: []string{"roles"}, Never: never, Check: func(o *schema.Node) string {
		roles, own := o.Get("roles"), 0
		if roles == nil || roles.Form != schema.List {
			return ""
		}
		for _, role := range roles.Items {
			if scopeOf(role) == "itself" {
				own++
			}
			if (role.Get("dagId") != nil || role.Get("dagTag") != nil) && role.Get("deploymentId") == nil {
				return "roles: a role for DAGs needs their deployment"
			}
		}
		if own != 1 {
			return "roles: one role without workspace and deployment is needed, which is the token's role in what it belongs to"
		}
		return ""
	}}
}

// ownToken keeps a run from locking itself out.
func ownToken(g Guarded) Refusal {
	own := g.Caller.TokenID != "" && g.Live.Get("id").Is(g.Caller.TokenID)
	const way = "this is the token that this run uses, so it is not "
	switch {
	case own && g.After == nil:
		return Refusal{Why: way + "removed; use another one to do it"}
	case own && g.Touches("roles"):
		return Refusal{Why: way + "given other roles; use another one to do it"}
	case own && g.Touches("token"):
		return Refusal{Why: way + "rotated; use another one to do it"}
	}
	return Refusal{}
}

// unused is all that can be known of a value that never reached anybody: a run
// that is killed between making and delivering it leaves no other trace.
func unused(live *schema.Node, way string) string {
	used, rotated := live.Get("lastUsedAt").ScalarText(), live.Get("lastRotatedAt").ScalarText()
	since := "it has never been used since it was made at " + live.Get("createdAt").ScalarText()
	at, errUsed := time.Parse(time.RFC3339, used)
	turned, errRotated := time.Parse(time.RFC3339, rotated)
	switch {
	case errRotated == nil && (used == "" || errUsed == nil && at.Before(turned)):
		since = "it has not been used since it was rotated at " + rotated
	case used != "":
		return ""
	}
	return since + "; if its value did not arrive, because a run was killed, nobody has it: " + way
}

func agentToken() *Kind {
	const collection = "/organizations/{organizationId}/deployments/{deploymentId}/agent-tokens"
	const item = collection + "/{id}"
	const once = schema.Create | schema.Immutable
	return &Kind{
		Name:     "agentToken",
		Title:    "agent token",
		Section:  "agentTokens",
		Doc:      "A token for remote execution agents of a Deployment. Its value is told once, when it is created; it can't be changed or rotated.",
		Parents:  []string{"deploymentId"},
		Hosts:    func(home *schema.Node) bool { return home.GetPath("remoteExecution.enabled").Is("true") },
		Identity: []string{"name"},
		List:     Query{Path: collection, Member: "tokens"},
		Get:      Call{"GET", item},
		Create:   Call{"POST", collection},
		Delete:   Call{"DELETE", item},
		Issued:   "token",

		Canonical: neverExpires,
		Ending:    &Ending{"endAt", "it", replaceToken},
		Doubt:     func(live *schema.Node) string { return unused(live, replaceToken) },
		Shape: func(fields, _ *schema.Node, _ string) *schema.Node {
			out := fields.Clone()
			out.Delete("deploymentId") // it is in the path
			return out
		},
		Fields: []schema.Field{
			{Name: "name", Type: name(0), Behavior: schema.RequiredCreate | once, Remedy: newToken, Doc: "The token's name."},
			{Name: "description", Type: schema.TextType(0), Behavior: once, Remedy: newToken, Doc: "What the token is for."},
			{
				Name: "deploymentId", Type: schema.TextType(0), Ref: &toDeployment, Behavior: schema.RequiredCreate | once, Remedy: newToken,
				Doc: "The Deployment that the agents work for.",
			},
			expiry(),
			saveTo(),
		},
	}
}
