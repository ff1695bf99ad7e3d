package simulator

import (
	"encoding/json"
	"time"
)

// judgeOverride: an end without a direction means nothing.
func judgeOverride(override map[string]any, path string) []FieldError {
	_, directed := override["isHibernating"]
	if _, ends := override["overrideUntil"]; ends && !directed {
		return []FieldError{failed(path+"isHibernating", "required", "is required")}
	}
	return nil
}

// fillHibernation drops what is empty and writes times the server's way, in UTC.
func fillHibernation(state map[string]any) {
	spec := group(group(state, "scalingSpec"), "hibernationSpec")
	dropEmpty(spec, "schedules")
	for _, schedule := range groups(spec, "schedules") {
		dropEmpty(schedule, "description")
	}
	override := group(spec, "override")
	delete(override, "isActive")
	if until, err := time.Parse(time.RFC3339, text(override, "overrideUntil")); err == nil {
		override["overrideUntil"] = until.UTC().Format(time.RFC3339)
	}
	if len(override) == 0 {
		delete(spec, "override")
	}
	if len(spec) == 0 {
		delete(state, "scalingSpec")
	}
}

// active tells whether an override holds: it may have run out and still be there.
func (s *Server) active(override map[string]any) bool {
	if _, directed := override["isHibernating"]; !directed {
		return false
	}
	until, err := time.Parse(time.RFC3339, text(override, "overrideUntil"))
	return err != nil || s.now().Before(until)
}

// hibernating tells whether a Deployment sleeps. Only an override decides that here: schedules are stored, not followed.
func (s *Server) hibernating(state map[string]any) bool {
	override := group(group(group(state, "scalingSpec"), "hibernationSpec"), "override")
	return flag(state, "isDevelopmentMode") && s.active(override) && flag(override, "isHibernating")
}

// overrideHibernation sets the same override as scalingSpec.hibernationSpec.override (notes 1.13).
func (s *Server) overrideHibernation(c call) (any, *problem) {
	o, p := s.sleeper(c)
	if p != nil {
		return nil, p
	}
	if !sent(c.request, "isHibernating") {
		return nil, invalidFields([]FieldError{failed("isHibernating", "required", "is required")})
	}
	override, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(overrideFields, override, ""); found != nil {
		return nil, invalidFields(found)
	}
	if _, directed := override["isHibernating"]; !directed {
		override = map[string]any{} // null takes the override back
	}
	spec := plain(group(group(o.state, "scalingSpec"), "hibernationSpec"))
	if spec == nil {
		spec = map[string]any{}
	}
	spec["override"] = override
	o.state["scalingSpec"] = map[string]any{"hibernationSpec": spec}
	fillHibernation(o.state)
	s.touch(o, c.caller)
	answer := plain(override)
	answer["isActive"] = s.active(override)
	return answer, nil
}

func (s *Server) endOverride(c call) (any, *problem) {
	o, p := s.sleeper(c)
	if p != nil {
		return nil, p
	}
	delete(group(group(o.state, "scalingSpec"), "hibernationSpec"), "override")
	fillHibernation(o.state)
	s.touch(o, c.caller)
	return nil, nil
}

// sleeper finds the Deployment in the path, which must be able to hibernate.
func (s *Server) sleeper(c call) (*object, *problem) {
	o, p := s.deployment(c)
	if p == nil && !flag(o.state, "isDevelopmentMode") {
		p = invalid("only a development Deployment can hibernate")
	}
	return o, p
}

// sent tells whether a body has a member, null included.
func sent(r Request, name string) bool {
	var body map[string]any
	if json.Unmarshal(r.Body, &body) != nil {
		return false
	}
	_, ok := body[name]
	return ok
}
