package simulator

import (
	"encoding/json"
	"time"
)

// validateHibernationOverride: an end without a direction means nothing.
func validateHibernationOverride(override map[string]any, path string) []FieldError {
	_, directed := override["isHibernating"]
	if _, ends := override["overrideUntil"]; ends && !directed {
		return []FieldError{newFieldError(path+"isHibernating", "required", "is required")}
	}
	return nil
}

// fillHibernation drops what is empty and writes times the server's way, in UTC.
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

// isOverrideActive tells whether an override holds: it may have run out and still be there.
func (s *Server) isOverrideActive(override map[string]any) bool {
	if _, directed := override["isHibernating"]; !directed {
		return false
	}
	until, err := time.Parse(time.RFC3339, getString(override, "overrideUntil"))
	return err != nil || s.now().Before(until)
}

// isHibernating tells whether a Deployment sleeps. Only an override decides that here: schedules are stored, not followed.
func (s *Server) isHibernating(state map[string]any) bool {
	override := getObject(getObject(getObject(state, "scalingSpec"), "hibernationSpec"), "override")
	return getBool(state, "isDevelopmentMode") && s.isOverrideActive(override) && getBool(override, "isHibernating")
}

// setHibernationOverride sets the same override as scalingSpec.hibernationSpec.override (notes 1.13).
func (s *Server) setHibernationOverride(c apiCall) (any, *requestError) {
	o, p := s.findDevelopmentDeployment(c)
	if p != nil {
		return nil, p
	}
	if !hasBodyField(c.request, "isHibernating") {
		return nil, invalidFieldsError([]FieldError{newFieldError("isHibernating", "required", "is required")})
	}
	override, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	if found := checkFields(overrideFields, override, ""); found != nil {
		return nil, invalidFieldsError(found)
	}
	if _, directed := override["isHibernating"]; !directed {
		override = map[string]any{} // null takes the override back
	}
	spec := deepCopy(getObject(getObject(o.state, "scalingSpec"), "hibernationSpec"))
	if spec == nil {
		spec = map[string]any{}
	}
	spec["override"] = override
	o.state["scalingSpec"] = map[string]any{"hibernationSpec": spec}
	fillHibernation(o.state)
	s.markUpdated(o, c.caller)
	answer := deepCopy(override)
	answer["isActive"] = s.isOverrideActive(override)
	return answer, nil
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

// findDevelopmentDeployment finds the Deployment in the path, which must be able to hibernate.
func (s *Server) findDevelopmentDeployment(c apiCall) (*storedResource, *requestError) {
	o, p := s.findDeployment(c)
	if p == nil && !getBool(o.state, "isDevelopmentMode") {
		p = badRequestError("only a development Deployment can hibernate")
	}
	return o, p
}

// hasBodyField tells whether a body has a member, null included.
func hasBodyField(r Request, name string) bool {
	var body map[string]any
	if json.Unmarshal(r.Body, &body) != nil {
		return false
	}
	_, ok := body[name]
	return ok
}
