package simulator

import (
	"maps"
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
	if _, hasDirection := override["isHibernating"]; !hasDirection {
		return false
	}
	until, err := time.Parse(time.RFC3339, getString(override, "overrideUntil"))
	return err != nil || s.options.Now().Before(until)
}

// isHibernating reports whether a Deployment hibernates. Only an override can cause that: the simulator stores
// schedules, but doesn't execute them.
func (s *Server) isHibernating(state object) bool {
	override := getOverride(state)
	return getBool(state, "isDevelopmentMode") && s.isOverrideActive(override) && getBool(override, "isHibernating")
}

func (s *Server) setHibernationOverride(c *call) any {
	o, override := s.reachDevelopment(c), c.decodeBody()
	if _, hasDirection := override["isHibernating"]; !hasDirection {
		override = object{} // null removes the override
	}
	spec := getObject(o.state, "scalingSpec", "hibernationSpec")
	if spec == nil {
		spec = object{}
		o.state["scalingSpec"] = object{"hibernationSpec": spec}
	}
	spec["override"] = override
	fillHibernation(o.state)
	s.markUpdated(o, c.caller)
	response := maps.Clone(override)
	response["isActive"] = s.isOverrideActive(override)
	return response
}

func (s *Server) deleteHibernationOverride(c *call) any {
	o := s.reachDevelopment(c)
	delete(getObject(o.state, "scalingSpec", "hibernationSpec"), "override")
	fillHibernation(o.state)
	s.markUpdated(o, c.caller)
	return nil
}

// reachDevelopment returns the Deployment in the path. It must be a development Deployment.
func (s *Server) reachDevelopment(c *call) *resource {
	o := s.kinds[kindDeployment].reach(s, c)
	require(getBool(o.state, "isDevelopmentMode"), "only a development Deployment can hibernate")
	return o
}
