package simulator

import (
	"maps"
	"net/http"
	"time"
)

// getOverride returns the hibernation override of a Deployment, or nil.
func getOverride(state object) object {
	return getObject(state, "scalingSpec", "hibernationSpec", "override")
}

// fillHibernation removes empty members and converts times to UTC, which the server returns.
func fillHibernation(state object) {
	spec := getObject(state, "scalingSpec", "hibernationSpec")
	dropEmpty(spec, "schedules")
	for _, schedule := range getObjects(spec, "schedules") {
		dropEmpty(schedule, "description")
	}
	override := getObject(spec, "override")
	delete(override, "isActive")
	if until, err := time.Parse(time.RFC3339, getString(override, "overrideUntil")); err == nil {
		override["overrideUntil"] = until.UTC().Format(time.RFC3339)
	}
	if len(override) == 0 {
		delete(spec, "override")
	}
	if len(spec) == 0 {
		delete(state, "scalingSpec")
	}
}

// isOverrideActive reports whether an override is in effect. The API keeps an expired override.
func (s *Server) isOverrideActive(override object) bool {
	until, err := time.Parse(time.RFC3339, getString(override, "overrideUntil"))
	return override["isHibernating"] != nil && (err != nil || s.options.Now().Before(until))
}

// isHibernating reports whether a Deployment hibernates. Only an override can cause that: the simulator stores
// schedules, but doesn't execute them.
func (s *Server) isHibernating(state object) bool {
	override := getOverride(state)
	return getBool(state, "isDevelopmentMode") && s.isOverrideActive(override) && getBool(override, "isHibernating")
}

// setHibernationOverride replaces the override. DELETE and a null direction remove it.
func (s *Server) setHibernationOverride(c *call) any {
	state, override := c.target.state, c.body
	require(getBool(state, "isDevelopmentMode"), "only a development Deployment can hibernate")
	if override["isHibernating"] == nil {
		override = object{}
	}
	setMissing(state, object{"scalingSpec": object{}})
	setMissing(getObject(state, "scalingSpec"), object{"hibernationSpec": object{}})
	getObject(state, "scalingSpec", "hibernationSpec")["override"] = override
	fillHibernation(state)
	s.markUpdated(c.target, c.caller)
	if c.request.Method == http.MethodDelete {
		return nil
	}
	response := maps.Clone(override)
	response["isActive"] = s.isOverrideActive(override)
	return response
}
