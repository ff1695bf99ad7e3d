package simulator

import "slices"

// validateVariables checks the variables of a request against the stored ones: only a stored secret may omit its value.
func validateVariables(body, old object) []FieldError {
	var invalid fieldErrors
	variables := getObjects(body, "environmentVariables")
	for i, v := range variables {
		check := func(ok bool, field, code, reason string) {
			invalid.check(ok, "environmentVariables", i, field, code, reason)
		}
		key := getString(v, "key")
		wasSecret := getBool(findVariable(getObjects(old, "environmentVariables"), key), "isSecret")
		check(findVariable(variables[:i], key) == nil, "key", "unique", "must be unique")
		check(!wasSecret || getBool(v, "isSecret"), "isSecret", "immutable", "cannot be changed to false for a secret")
		check(v["value"] != nil || wasSecret, "value", "required", "is required")
	}
	return invalid
}

// fillVariables replaces all variables. A secret that is sent without a value keeps the stored one.
func fillVariables(state, old object) {
	variables := getObjects(state, "environmentVariables")
	for _, v := range variables {
		stored := findVariable(getObjects(old, "environmentVariables"), getString(v, "key"))
		if _, hasValue := v["value"]; !hasValue {
			v["value"] = getString(stored, "value")
		}
		stamp := state["updatedAt"]
		if stored != nil && areEqual(stored, v, "value", "isSecret") {
			stamp = stored["updatedAt"]
		}
		setMissing(v, object{"isSecret": false, "updatedAt": stamp})
	}
	state["environmentVariables"] = toArray(variables)
}

// findVariable returns the variable with a key, or nil.
func findVariable(variables []object, key string) object {
	if i := slices.IndexFunc(variables, func(v object) bool { return getString(v, "key") == key }); i >= 0 {
		return variables[i]
	}
	return nil
}
