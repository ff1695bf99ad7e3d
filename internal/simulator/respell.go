package simulator

import "maps"

// Respell makes every answer return a text in another spelling than it is stored in, as an API does that normalises
// values; "" leaves it out, as one does that keeps values to itself.
func (s *Server) Respell(stored, returned string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.respelled == nil {
		s.respelled = map[string]string{}
	}
	s.respelled[stored] = returned
}

// respell replaces texts in an answer, which it may change.
func (s *Server) respell(value any) any {
	omitted := func(v any) bool {
		text, is := v.(string)
		returned, found := s.respelled[text]
		return is && found && returned == ""
	}
	switch v := value.(type) {
	case string:
		if returned, found := s.respelled[v]; found {
			return returned
		}
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, member any) bool { return omitted(member) })
		for name, member := range v {
			v[name] = s.respell(member)
		}
	case []any:
		kept := []any{}
		for _, item := range v {
			if !omitted(item) {
				kept = append(kept, s.respell(item))
			}
		}
		return kept
	}
	return value
}
