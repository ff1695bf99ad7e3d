package simulator

import (
	"slices"
	"time"
)

var (
	newTokenFields = []field{
		{name: "name", min: 1, max: 256, wrong: blank}, {name: "description", max: 500}, {name: "role"}, {name: "entityId"},
		{name: "scope", enum: []string{"DEPLOYMENT", "WORKSPACE", "ORGANIZATION"}}, {name: "kind", enum: []string{"STANDARD", "DIRECT_ACCESS"}},
		{name: "tokenExpiryPeriodInDays", shape: numberShape, min: 1, max: 3650},
	}
	tokenRoleFields = []field{{name: "roles", shape: listShape, min: 1, required: true, of: []field{
		{name: "role", required: true}, {name: "entityId", required: true}, {name: "deploymentId"},
		{name: "entityType", required: true, enum: []string{"DEPLOYMENT", "WORKSPACE", "ORGANIZATION", "DAG", "DAG_TAG"}},
	}}}
)

// fillToken also makes the value, which differs at each call: state keeps it for tests, and only create and rotate tell it.
func (s *Server) fillToken(state map[string]any) {
	fillIn(state, map[string]any{
		"name": "token", "description": "", "scope": "ORGANIZATION", "kind": "STANDARD", "startAt": state["createdAt"],
		"token": s.value(), "shortToken": "short",
	})
	if days, limited := state["tokenExpiryPeriodInDays"]; limited {
		n, _ := days.(float64)
		state["expiryPeriodInDays"], state["endAt"] = days, s.now().AddDate(0, 0, int(n)).UTC().Format(time.RFC3339)
		delete(state, "tokenExpiryPeriodInDays")
	}
	if text(state, "scope") == "ORGANIZATION" {
		fillIn(state, map[string]any{"entityId": s.organization, "role": "ORGANIZATION_MEMBER"})
	}
	if _, given := state["roles"]; !given {
		state["roles"] = []any{map[string]any{"role": text(state, "role"), "entityId": text(state, "entityId"), "entityType": text(state, "scope")}}
	}
	delete(state, "role")
	delete(state, "organizationId")
}

// value is a secret, another one each time.
func (s *Server) value() string {
	s.serial++
	return "astro-token-" + hash(cuid("value", s.serial)) + hash(cuid("more", s.serial))
}

func tokenView(o *object) map[string]any {
	view := plain(o.state)
	for _, name := range []string{"token", "entityId", "deploymentId"} {
		delete(view, name)
	}
	sortBy(view, "roles", "entityId")
	return view
}

// issued is an answer that tells the value.
func issued(o *object) map[string]any {
	view := tokenView(o)
	view["token"] = o.state["token"]
	return view
}

// reachesToken: a Workspace's token manages those in its Workspace, a Deployment's those of its Deployment.
func (s *Server) reachesToken(who caller, scope, entity string) bool {
	switch {
	case who.wholeOrganization():
		return true
	case scope == "WORKSPACE":
		return who.reachesWorkspace(entity)
	case scope == "DEPLOYMENT":
		d := s.collections[kindDeployment].find(entity)
		return d != nil && who.reachesDeployment(d)
	}
	return false
}

func (s *Server) token(c call) (*object, *problem) {
	o := s.collections[kindAPIToken].find(c.id)
	switch {
	case o == nil:
		return nil, missing("API token", c.id)
	case !s.reachesToken(c.caller, o.text("scope"), o.text("entityId")):
		return nil, forbidden("the token does not reach API token '%s'", c.id)
	}
	return o, nil
}

// listTokens tells, for a Workspace or a Deployment, all that hold a role there, the Organization's included (notes 1.6).
func (s *Server) listTokens(c call) (any, *problem) {
	q := c.request.Query
	entity, scope := q.Get("deploymentId"), "DEPLOYMENT"
	if entity == "" {
		entity, scope = q.Get("workspaceId"), "WORKSPACE"
	}
	if !c.caller.wholeOrganization() && (entity == "" || !s.reachesToken(c.caller, scope, entity)) {
		return nil, forbidden("the token may not list API tokens")
	}
	all := slices.DeleteFunc(slices.Clone(s.collections[kindAPIToken].objects), func(o *object) bool {
		if q.Get("includeOnlyOrganizationTokens") == "true" && o.text("scope") != "ORGANIZATION" {
			return true
		}
		return entity != "" && !slices.ContainsFunc(groups(o.state, "roles"), func(r map[string]any) bool {
			return text(r, "entityId") == entity || text(r, "deploymentId") == entity
		})
	})
	delete(q, "workspaceId")
	return page(q, "tokens", all, tokenView)
}

func (s *Server) readToken(c call) (any, *problem) {
	o, p := s.token(c)
	if p != nil {
		return nil, p
	}
	return tokenView(o), nil
}

func (s *Server) createToken(c call) (any, *problem) {
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(must(newTokenFields, "name", "role", "scope"), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	scope, entity := text(body, "scope"), text(body, "entityId")
	if !s.reachesToken(c.caller, scope, entity) {
		return nil, forbidden("the token may not create this API token")
	}
	if scope == "ORGANIZATION" {
		if entity != "" {
			return nil, invalid("entityId is not allowed with scope ORGANIZATION")
		}
		entity = s.organization
	}
	if p := s.judgeRole(map[string]any{"entityType": scope, "entityId": entity, "role": text(body, "role")}); p != nil {
		return nil, p
	}
	o := s.born(kindAPIToken, c.caller)
	body["entityId"] = entity
	fillIn(o.state, body)
	s.fillToken(o.state)
	s.collections[kindAPIToken].objects = append(s.collections[kindAPIToken].objects, o)
	return issued(o), nil
}

// updateToken clears a description that isn't sent.
func (s *Server) updateToken(c call) (any, *problem) {
	o, p := s.token(c)
	if p != nil {
		return nil, p
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(must(newTokenFields[:2], "name"), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	o.state["name"], o.state["description"] = body["name"], text(body, "description")
	s.touch(o, c.caller)
	return tokenView(o), nil
}

func (s *Server) rotateToken(c call) (any, *problem) {
	o, p := s.token(c)
	if p != nil {
		return nil, p
	}
	o.state["token"], o.state["lastRotatedAt"] = s.value(), s.now().UTC().Format(time.RFC3339)
	return issued(o), nil
}

func (s *Server) deleteToken(c call) (any, *problem) {
	o, p := s.token(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAPIToken].remove(o.id)
	return nil, nil
}

// dropTokens takes along what belongs to a Workspace or a Deployment that is gone.
func (s *Server) dropTokens(id string) {
	for _, kind := range []string{kindAPIToken, kindAgentToken} {
		c := s.collections[kind]
		c.objects = slices.DeleteFunc(c.objects, func(o *object) bool { return o.text("entityId") == id || o.text("deploymentId") == id })
	}
}

func apiTokenHalf() half {
	return half{kind: kindAPIToken, fill: (*Server).fillToken, routes: map[string]handler{
		"GET tokens": (*Server).listTokens, "POST tokens": (*Server).createToken,
		"GET tokens/*": (*Server).readToken, "POST tokens/*": (*Server).updateToken, "DELETE tokens/*": (*Server).deleteToken,
		"POST tokens/*/roles": (*Server).grantToken, "POST tokens/*/rotate": (*Server).rotateToken,
	}}
}
