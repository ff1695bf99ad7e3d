package simulator

import "encoding/json"

// object is a JSON object.
type object = map[string]any

// decodeBody decodes a request body.
func decodeBody(r Request) (map[string]any, *requestError) {
	var body map[string]any
	if err := json.Unmarshal(r.Body, &body); err != nil || body == nil {
		return nil, badRequestError("the body must be a JSON object")
	}
	return body, nil
}

// checkBody checks a body against the schema of the request. If the schema has variants, variant selects one of them.
func checkBody(body object, schemaName, variant string) *requestError {
	s, p := loadConstraints().variantOf(schemaName, variant)
	if p != nil {
		return p
	}
	if found := s.checkMembers(body, ""); found != nil {
		return invalidFieldsError(found)
	}
	dropNulls(body)
	return nil
}

// decodeAndCheck decodes a request body and checks it against the schema of the request.
func decodeAndCheck(r Request, schemaName string) (object, *requestError) {
	body, p := decodeBody(r)
	if p == nil {
		p = checkBody(body, schemaName, "")
	}
	return body, p
}

// deleteFields deletes the fields of a request from a state.
func deleteFields(state object, schemaName string) {
	for name := range loadConstraints().Schemas[schemaName].Properties {
		delete(state, name)
	}
}

// dropNulls deletes null members, because the API treats them like absent ones.
func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil {
				delete(v, name)
				continue
			}
			dropNulls(member)
		}
	case []any:
		for _, member := range v {
			dropNulls(member)
		}
	}
}

// getString, getBool, getNumber, getObject and getObjects return a member of decoded JSON, or the zero value if it is
// absent.
func getString(m map[string]any, name string) string {
	v, _ := m[name].(string)
	return v
}

func getBool(m map[string]any, name string) bool {
	v, _ := m[name].(bool)
	return v
}

func getNumber(m map[string]any, name string) float64 {
	v, _ := m[name].(float64)
	return v
}

func getObject(m map[string]any, name string) map[string]any {
	v, _ := m[name].(map[string]any)
	return v
}

func getObjects(m map[string]any, name string) []map[string]any {
	list, _ := m[name].([]any)
	items := make([]map[string]any, 0, len(list))
	for _, v := range list {
		if item, ok := v.(map[string]any); ok {
			items = append(items, item)
		}
	}
	return items
}

// toArray converts the result of getObjects back to decoded JSON.
func toArray(objects []map[string]any) []any {
	all := make([]any, len(objects))
	for i, object := range objects {
		all[i] = object
	}
	return all
}

// setMissing sets the members that m doesn't have.
func setMissing(m map[string]any, defaults map[string]any) {
	for name, value := range defaults {
		if _, ok := m[name]; !ok {
			m[name] = value
		}
	}
}

// dropEmpty deletes members that hold an empty string or list, because responses omit them.
func dropEmpty(m map[string]any, names ...string) {
	for _, name := range names {
		switch v := m[name].(type) {
		case string:
			if v == "" {
				delete(m, name)
			}
		case []any:
			if len(v) == 0 {
				delete(m, name)
			}
		}
	}
}
