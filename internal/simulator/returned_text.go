package simulator

import "maps"

// SetReturnedText makes every answer return a text in another spelling than it is stored in, as an API does that normalises
// values; "" leaves it out, as one does that keeps values to itself.
func (s *Server) SetReturnedText(stored, returned string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.returnedTexts == nil {
		s.returnedTexts = map[string]string{}
	}
	s.returnedTexts[stored] = returned
}

// replaceTexts replaces texts in an answer, which it may change.
func (s *Server) replaceTexts(value any) any {
	omitted := func(v any) bool {
		text, is := v.(string)
		returned, found := s.returnedTexts[text]
		return is && found && returned == ""
	}
	switch v := value.(type) {
	case string:
		if returned, found := s.returnedTexts[v]; found {
			return returned
		}
	case map[string]any:
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
