package simulator

import "maps"

// SetReturnedText makes every response return a text in another spelling than the stored one, like an API that
// normalizes values. If returned is "", responses omit the text, like an API that hides values.
func (s *Server) SetReturnedText(stored, returned string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.returnedTexts == nil {
		s.returnedTexts = map[string]string{}
	}
	s.returnedTexts[stored] = returned
}

// replaceTexts replaces texts in a response. It may modify value.
func (s *Server) replaceTexts(value any) any {
	omitted := func(v any) bool {
		text, isString := v.(string)
		returned, found := s.returnedTexts[text]
		return isString && found && returned == ""
	}
	switch v := value.(type) {
	case string:
		if returned, found := s.returnedTexts[v]; found {
			return returned
		}
	case object:
		maps.DeleteFunc(v, func(_ string, member any) bool { return omitted(member) })
		for name, member := range v {
			v[name] = s.replaceTexts(member)
		}
	case []any:
		kept := []any{}
		for _, item := range v {
			if !omitted(item) {
				kept = append(kept, s.replaceTexts(item))
			}
		}
		return kept
	}
	return value
}
