package simulator

import (
	"maps"
	"slices"
	"strings"
)

// isLinked tells whether a Deployment uses a Workspace's object: by a link of its own, or as all do that aren't excluded.
func (s *Server) isLinked(o *object, deployment string) bool {
	is := func(l map[string]any) bool { return text(l, "scopeEntityId") == deployment }
	d := s.collections[kindDeployment].find(deployment)
	auto := flag(o.state, "autoLinkDeployments") && d != nil && d.text("workspaceId") == o.text("scopeEntityId")
	return slices.ContainsFunc(groups(o.state, "links"), is) || auto && !slices.ContainsFunc(groups(o.state, "excludeLinks"), is)
}

func (s *Server) judgeLinks(body map[string]any, name, workspace string) *problem {
	var linked []string
	for _, link := range slices.Concat(groups(body, "links"), groups(body, "excludeLinks")) {
		d := s.collections[kindDeployment].find(text(link, "scopeEntityId"))
		if d == nil || d.text("workspaceId") != workspace {
			return invalid("Deployment '%s' is not in the Workspace", text(link, "scopeEntityId"))
		}
		if slices.Contains(linked, d.id) {
			return invalid("Deployment '%s' is linked or excluded more than once", d.id)
		}
		linked = append(linked, d.id)
		overrides := group(link, "overrides")
		if p := noTexts("overrides", group(overrides, name)); p != nil {
			return p
		}
		unset, _ := overrides["unsetFields"].([]any)
		for _, path := range unset {
			if setOrPartlySet(group(overrides, name), path) {
				return invalid("override '%v' is both set and unset", path)
			}
		}
	}
	return nil
}

// setOrPartlySet also holds for a map of which a member is set.
func setOrPartlySet(overrides map[string]any, path any) bool {
	return slices.ContainsFunc(setFields(overrides), func(set any) bool {
		return set == path || strings.HasPrefix(set.(string), path.(string)+".")
	})
}

// mergeLink lays the overrides of a link over those it has: what isn't sent stays, what unsetFields names goes.
func (s *Server) mergeLink(name string, link, old map[string]any) {
	overrides := map[string]any{}
	for _, l := range groups(old, "links") {
		if had := group(group(l, "overrides"), name); had != nil && text(l, "scopeEntityId") == text(link, "scopeEntityId") {
			overrides = plain(had)
		}
	}
	if sent := group(group(link, "overrides"), name); sent != nil {
		s.keepStored(name, sent, overrides, flag(group(old, name), "isSecret"))
		maps.Copy(overrides, sent)
	}
	unset, _ := group(link, "overrides")["unsetFields"].([]any)
	for _, path := range unset {
		field, member, dotted := strings.Cut(path.(string), ".")
		if !dotted {
			delete(overrides, field)
			continue
		}
		if members := group(overrides, field); members != nil {
			if delete(members, member); len(members) == 0 {
				delete(overrides, field)
			}
		}
	}
	delete(link, "overrides")
	if len(overrides) > 0 {
		link["overrides"] = map[string]any{name: overrides}
	}
}

// excludeLinking adds one to the Deployments that don't use the object.
func (s *Server) excludeLinking(c call) (any, *problem) {
	o, p := s.environmentObject(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, linkFields)
	if p != nil {
		return nil, p
	}
	if o.text("scope") != "WORKSPACE" {
		return nil, invalid("excludeLinks is only allowed for scope WORKSPACE")
	}
	after := plain(o.state)
	after["excludeLinks"] = list(append(groups(after, "excludeLinks"), body))
	if p := s.judgeLinks(after, bodyOf[o.text("objectType")], o.text("scopeEntityId")); p != nil {
		return nil, p
	}
	o.state = after
	s.touch(o, c.caller)
	return map[string]any{}, nil // the document has a 200 with nothing in it
}

// forget takes along what belongs to a Workspace or a Deployment that is gone.
func (s *Server) forget(id string) {
	all := s.collections[kindEnvironmentObject]
	all.objects = slices.DeleteFunc(all.objects, func(o *object) bool { return o.text("scopeEntityId") == id })
	for _, o := range all.objects {
		for _, name := range []string{"links", "excludeLinks"} {
			if links := groups(o.state, name); len(links) > 0 {
				o.state[name] = list(slices.DeleteFunc(links, func(l map[string]any) bool { return text(l, "scopeEntityId") == id }))
			}
		}
	}
	s.dropTokens(id)
	s.revoke(id)
}
