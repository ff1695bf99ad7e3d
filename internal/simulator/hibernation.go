package simulator

import (
	"time"
)

// validateHibernationOverride requires isHibernating if overrideUntil is set: without it, the override has no effect.
func validateHibernationOverride(override map[string]any, path string) []FieldError {
	_, hasDirection := override["isHibernating"]
	if _, hasEnd := override["overrideUntil"]; hasEnd && !hasDirection {
		return []FieldError{newFieldError(path+"isHibernating", "required", "is required")}
	}
	return nil
}

// fillHibernation removes empty members and converts times to UTC, which the server returns.
func fillHibernation(state map[string]any) {
	spec := getObject(getObject(state, "scalingSpec"), "hibernationSpec")
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
func (s *Server) isOverrideActive(override map[string]any) bool {
	if _, hasDirection := override["isHibernating"]; !hasDirection {
		return false
	}
	until, err := time.Parse(time.RFC3339, getString(override, "overrideUntil"))
	return err != nil || s.now().Before(until)
}

// isHibernating reports whether a Deployment hibernates. Only an override can cause that: the simulator stores schedules,
// but doesn't execute them.
func (s *Server) isHibernating(state map[string]any) bool {
	override := getObject(getObject(getObject(state, "scalingSpec"), "hibernationSpec"), "override")
	return getBool(state, "isDevelopmentMode") && s.isOverrideActive(override) && getBool(override, "isHibernating")
}

// setHibernationOverride changes scalingSpec.hibernationSpec.override.
func (s *Server) setHibernationOverride(c apiCall) (any, *requestError) {
	o, p := s.findDevelopmentDeployment(c)
	if p != nil {
		return nil, p
	}
	override, p := decodeAndCheck(c.request, "OverrideDeploymentHibernationBody")
	if p != nil {
		return nil, p
	}
	if _, hasDirection := override["isHibernating"]; !hasDirection {
		override = map[string]any{} // null removes the override
	}
	spec := deepCopy(getObject(getObject(o.state, "scalingSpec"), "hibernationSpec"))
	if spec == nil {
		spec = map[string]any{}
	}
	spec["override"] = override
	o.state["scalingSpec"] = map[string]any{"hibernationSpec": spec}
	fillHibernation(o.state)
	s.markUpdated(o, c.caller)
	response := deepCopy(override)
	response["isActive"] = s.isOverrideActive(override)
	return response, nil
}

func (s *Server) deleteHibernationOverride(c apiCall) (any, *requestError) {
	o, p := s.findDevelopmentDeployment(c)
	if p != nil {
		return nil, p
	}
	delete(getObject(getObject(o.state, "scalingSpec"), "hibernationSpec"), "override")
	fillHibernation(o.state)
	s.markUpdated(o, c.caller)
	return nil, nil
}

// findDevelopmentDeployment returns the Deployment in the path, or an error if it can't hibernate.
func (s *Server) findDevelopmentDeployment(c apiCall) (*storedResource, *requestError) {
	o, p := s.findDeployment(c)
	if p == nil && !getBool(o.state, "isDevelopmentMode") {
		p = badRequestError("only a development Deployment can hibernate")
	}
	return o, p
}
