package simulator

// unreturnedFields are the fields of typed bodies that answers leave out or mask. An update that leaves one of them out keeps it;
// leaving out one that answers return clears it, the worst that the document allows.
var unreturnedFields = map[string][]string{
	"connection":    {"password", "authTypeId", "extra"},
	"metricsExport": {"password", "basicToken", "authType", "username", "headers"},
}

// keepStoredFields completes the typed body of an update with the stored members that it keeps. secret: a variable's value is one.
func (s *Server) keepStoredFields(name string, body, old map[string]any, secret bool) {
	for _, member := range unreturnedFields[name] {
		_, sent := body[member]
		if _, stored := old[member]; stored && !sent {
			body[member] = old[member]
		}
	}
	keepEmpty := func(body, old map[string]any, member string) {
		if value, sent := body[member]; (!sent || value == "") && old[member] != nil {
			body[member] = old[member]
		}
	}
	switch name {
	case "environmentVariable", "airflowVariable":
		if secret {
			keepEmpty(body, old, "value")
		}
	case "connection":
		keepEmpty(body, old, "password")
		s.mergeStoredMap(getObject(body, "extra"), getObject(old, "extra"), isSecretExtra)
	case "metricsExport":
		keepEmpty(body, old, "password")
		keepEmpty(body, old, "basicToken")
		s.mergeStoredMap(getObject(body, "headers"), getObject(old, "headers"), func(string) bool { return true })
	}
}

// mergeStoredMap applies the two readings of a map that is sent: whether "" keeps a secret member, and whether members that
// aren't sent stay.
func (s *Server) mergeStoredMap(sent, old map[string]any, secret func(name string) bool) {
	for member, value := range sent {
		if s.options.KeepEmptySecrets && value == "" && secret(member) && old[member] != nil {
			sent[member] = old[member]
		}
	}
	if s.options.MergeMaps && sent != nil {
		setMissing(sent, old)
	}
}
