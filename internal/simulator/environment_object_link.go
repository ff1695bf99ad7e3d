package simulator

import (
	"maps"
	"slices"
	"strings"
)

// isLinked reports whether a Deployment uses an object of its Workspace: through a link, or through autoLinkDeployments
// unless it is excluded.
func (s *Server) isLinked(o *storedResource, deployment string) bool {
	isForDeployment := func(l map[string]any) bool { return getString(l, "scopeEntityId") == deployment }
	d := s.collections[kindDeployment].findByID(deployment)
	auto := getBool(o.state, "autoLinkDeployments") && d != nil && d.getString("workspaceId") == o.getString("scopeEntityId")
	return slices.ContainsFunc(getObjects(o.state, "links"), isForDeployment) || auto && !slices.ContainsFunc(getObjects(o.state, "excludeLinks"), isForDeployment)
}

func (s *Server) validateLinks(body map[string]any, name, workspace string) *requestError {
	var linked []string
	for _, link := range slices.Concat(getObjects(body, "links"), getObjects(body, "excludeLinks")) {
		d := s.collections[kindDeployment].findByID(getString(link, "scopeEntityId"))
		if d == nil || d.getString("workspaceId") != workspace {
			return badRequestError("Deployment '%s' is not in the Workspace", getString(link, "scopeEntityId"))
		}
		if slices.Contains(linked, d.id) {
			return badRequestError("Deployment '%s' is linked or excluded more than once", d.id)
		}
		linked = append(linked, d.id)
		overrides := getObject(link, "overrides")
		unset, _ := overrides["unsetFields"].([]any)
		for _, path := range unset {
			if isSetOrPartlySet(getObject(overrides, name), path) {
				return badRequestError("override '%v' is both set and unset", path)
			}
		}
	}
	return nil
}

// isSetOrPartlySet reports whether a path is set. For a map, one set member is enough.
func isSetOrPartlySet(overrides map[string]any, path any) bool {
	return slices.ContainsFunc(listSetFields(overrides), func(set any) bool {
		return set == path || strings.HasPrefix(set.(string), path.(string)+".")
	})
}

// mergeLink merges the overrides of a link with its stored ones. It keeps overrides that aren't sent, and deletes those in
// unsetFields.
func (s *Server) mergeLink(name string, link, old map[string]any) {
	overrides := map[string]any{}
	for _, l := range getObjects(old, "links") {
		if stored := getObject(getObject(l, "overrides"), name); stored != nil && getString(l, "scopeEntityId") == getString(link, "scopeEntityId") {
			overrides = deepCopy(stored)
		}
	}
	if sent := getObject(getObject(link, "overrides"), name); sent != nil {
		s.keepStoredFields(name, sent, overrides, getBool(getObject(old, name), "isSecret"))
		maps.Copy(overrides, sent)
	}
	unset, _ := getObject(link, "overrides")["unsetFields"].([]any)
	for _, path := range unset {
		field, member, dotted := strings.Cut(path.(string), ".")
		if !dotted {
			delete(overrides, field)
			continue
		}
		if members := getObject(overrides, field); members != nil {
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

// excludeLinking adds a Deployment to those that don't use the object.
func (s *Server) excludeLinking(c apiCall) (any, *requestError) {
	o, p := s.findEnvironmentObject(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "ExcludeLinkEnvironmentObjectRequest")
	if p != nil {
		return nil, p
	}
	if o.getString("scope") != "WORKSPACE" {
		return nil, badRequestError("excludeLinks is only allowed for scope WORKSPACE")
	}
	changed := deepCopy(o.state)
	changed["excludeLinks"] = toArray(append(getObjects(changed, "excludeLinks"), body))
	if p := s.validateLinks(changed, typedBodyNames[o.getString("objectType")], o.getString("scopeEntityId")); p != nil {
		return nil, p
	}
	o.state = changed
	s.markUpdated(o, c.caller)
	return map[string]any{}, nil // the document declares 200 with an empty object
}

// deleteDependents deletes everything that belongs to a deleted Workspace or Deployment.
func (s *Server) deleteDependents(id string) {
	all := s.collections[kindEnvironmentObject]
	all.resources = slices.DeleteFunc(all.resources, func(o *storedResource) bool { return o.getString("scopeEntityId") == id })
	for _, o := range all.resources {
		for _, name := range []string{"links", "excludeLinks"} {
			if links := getObjects(o.state, name); len(links) > 0 {
				o.state[name] = toArray(slices.DeleteFunc(links, func(l map[string]any) bool { return getString(l, "scopeEntityId") == id }))
			}
		}
	}
	s.deleteTokensOf(id)
	s.revokeRoles(id)
}
