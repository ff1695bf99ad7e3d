package simulator

import (
	"fmt"
	"slices"
)

// validateVariables checks the variables of a request against the stored ones: only a stored secret may omit its value.
func validateVariables(body, old object) []FieldError {
	var found []FieldError
	variables := getObjects(body, "environmentVariables")
	for i, v := range variables {
		path := fmt.Sprintf("environmentVariables[%d].", i)
		stored := findVariable(old, getString(v, "key"))
		_, hasValue := v["value"]
		switch {
		case findVariable(object{"environmentVariables": toArray(variables[:i])}, getString(v, "key")) != nil:
			found = append(found, newFieldError(path+"key", "unique", "must be unique"))
		case getBool(stored, "isSecret") && !getBool(v, "isSecret"):
			found = append(found, newFieldError(path+"isSecret", "immutable", "cannot be changed to false for a secret"))
		case !hasValue && !getBool(stored, "isSecret"):
			found = append(found, newFieldError(path+"value", "required", "is required"))
		}
	}
	return found
}

// fillVariables replaces all variables. A secret that is sent without a value keeps the stored one.
func fillVariables(state, old object) {
	variables := getObjects(state, "environmentVariables")
	for _, v := range variables {
		stored := findVariable(old, getString(v, "key"))
		if _, hasValue := v["value"]; !hasValue {
			v["value"] = getString(stored, "value")
		}
		stamp := state["updatedAt"]
		if stored != nil && getString(stored, "value") == getString(v, "value") && getBool(stored, "isSecret") == getBool(v, "isSecret") {
			stamp = stored["updatedAt"]
		}
		setMissing(v, object{"isSecret": false, "updatedAt": stamp})
	}
	state["environmentVariables"] = toArray(variables)
}

// findVariable returns the variable with a key, or nil.
func findVariable(state object, key string) object {
	variables := getObjects(state, "environmentVariables")
	if i := slices.IndexFunc(variables, func(v object) bool { return getString(v, "key") == key }); i >= 0 {
		return variables[i]
	}
	return nil
}
