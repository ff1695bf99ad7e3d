package simulator

import (
	"fmt"
	"slices"
)

// validateVariables holds the variables sent against those there are: a value may be left out only for a secret that is stored.
func validateVariables(body, old map[string]any) []FieldError {
	var found []FieldError
	variables := getObjects(body, "environmentVariables")
	for i, v := range variables {
		path := fmt.Sprintf("environmentVariables[%d].", i)
		stored := findVariable(old, getString(v, "key"))
		_, given := v["value"]
		switch {
		case findVariable(map[string]any{"environmentVariables": toArray(variables[:i])}, getString(v, "key")) != nil:
			found = append(found, newFieldError(path+"key", "unique", "must be unique"))
		case getBool(stored, "isSecret") && !getBool(v, "isSecret"):
			found = append(found, newFieldError(path+"isSecret", "immutable", "of a secret cannot be changed to false"))
		case !given && !getBool(stored, "isSecret"):
			found = append(found, newFieldError(path+"value", "required", "is required"))
		}
	}
	return found
}

// fillVariables replaces the whole set: only the values of secrets sent without one come from the old set.
func fillVariables(state, old map[string]any) {
	variables := getObjects(state, "environmentVariables")
	for _, v := range variables {
		stored := findVariable(old, getString(v, "key"))
		if _, given := v["value"]; !given {
			v["value"] = getString(stored, "value")
		}
		stamp := state["updatedAt"]
		if stored != nil && getString(stored, "value") == getString(v, "value") && getBool(stored, "isSecret") == getBool(v, "isSecret") {
			stamp = stored["updatedAt"]
		}
		setMissing(v, map[string]any{"isSecret": false, "updatedAt": stamp})
	}
	state["environmentVariables"] = toArray(variables)
}

// findVariable finds a variable by key; nil when there is none.
func findVariable(state map[string]any, key string) map[string]any {
	variables := getObjects(state, "environmentVariables")
	if i := slices.IndexFunc(variables, func(v map[string]any) bool { return getString(v, "key") == key }); i >= 0 {
		return variables[i]
	}
	return nil
}
