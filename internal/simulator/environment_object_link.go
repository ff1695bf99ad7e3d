package simulator

import (
	"maps"
	"slices"
	"strings"
)

// isLinked reports whether a Deployment uses an object of its Workspace: through a link, or through autoLinkDeployments
// unless it is excluded.
func (s *Server) isLinked(o *resource, deployment string) bool {
	isForDeployment := func(l object) bool { return getString(l, "scopeEntityId") == deployment }
	d := s.find(kindDeployment, deployment)
	has := func(list string) bool { return slices.ContainsFunc(getObjects(o.state, list), isForDeployment) }
	isInWorkspace := d != nil && d.state["workspaceId"] == o.state["scopeEntityId"]
	return has("links") || isInWorkspace && getBool(o.state, "autoLinkDeployments") && !has("excludeLinks")
}

func (s *Server) validateLinks(body object, name, workspace string) {
	var linked []string
	for _, link := range slices.Concat(getObjects(body, "links"), getObjects(body, "excludeLinks")) {
		id, overrides := getString(link, "scopeEntityId"), getObject(link, "overrides")
		d := s.find(kindDeployment, id)
		require(d != nil && d.getString("workspaceId") == workspace, "Deployment '%s' is not in the Workspace", id)
		require(!slices.Contains(linked, id), "Deployment '%s' is linked or excluded more than once", id)
		linked = append(linked, id)
		for _, path := range getList(overrides, "unsetFields") {
			require(!isSetOrPartlySet(getObject(overrides, name), path), "override '%v' is both set and unset", path)
		}
	}
}

// isSetOrPartlySet reports whether a path is set. For a map, one set member is enough.
func isSetOrPartlySet(overrides object, path any) bool {
	return slices.ContainsFunc(listSetFields(overrides), func(set any) bool {
		return set == path || strings.HasPrefix(set.(string), path.(string)+".")
	})
}

// mergeLink merges the overrides of a link with its stored ones. It keeps overrides that aren't sent, and deletes
// those in unsetFields.
func (s *Server) mergeLink(b typedBody, link, old object) {
	overrides := object{}
	for _, l := range getObjects(old, "links") {
		if stored := getObject(l, "overrides", b.name); stored != nil && l["scopeEntityId"] == link["scopeEntityId"] {
			overrides = deepCopy(stored)
		}
	}
	if sent := getObject(link, "overrides", b.name); sent != nil {
		s.keepStored(b, sent, overrides, getBool(getObject(old, b.name), "isSecret"))
		maps.Copy(overrides, sent)
	}
	for _, path := range getList(getObject(link, "overrides"), "unsetFields") {
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
		link["overrides"] = object{b.name: overrides}
	}
}

// excludeLinking adds a Deployment to those that don't use the object.
func (s *Server) excludeLinking(c *call) any {
	o, body := s.kinds[kindEnvironmentObject].reach(s, c), c.decodeBody()
	require(o.getString("scope") == "WORKSPACE", "excludeLinks is only allowed for scope WORKSPACE")
	changed := o.clone()
	changed.state["excludeLinks"] = append(getList(changed.state, "excludeLinks"), body)
	s.validateLinks(changed.state, bodyOf(o.state).name, o.getString("scopeEntityId"))
	*o = *changed
	s.markUpdated(o, c.caller)
	return object{} // the document declares 200 with an empty object
}
