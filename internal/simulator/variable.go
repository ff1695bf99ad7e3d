package simulator

import (
	"fmt"
	"slices"
)

// judgeVariables holds the variables sent against those there are: a value may be left out only for a secret that is stored.
func judgeVariables(body, old map[string]any) []FieldError {
	var found []FieldError
	variables := groups(body, "environmentVariables")
	for i, v := range variables {
		path := fmt.Sprintf("environmentVariables[%d].", i)
		stored := variable(old, text(v, "key"))
		_, given := v["value"]
		switch {
		case variable(map[string]any{"environmentVariables": list(variables[:i])}, text(v, "key")) != nil:
			found = append(found, failed(path+"key", "unique", "must be unique"))
		case flag(stored, "isSecret") && !flag(v, "isSecret"):
			found = append(found, failed(path+"isSecret", "immutable", "of a secret cannot be changed to false"))
		case !given && !flag(stored, "isSecret"):
			found = append(found, failed(path+"value", "required", "is required"))
		}
	}
	return found
}

// fillVariables replaces the whole set: only the values of secrets sent without one come from the old set.
func fillVariables(state, old map[string]any) {
	variables := groups(state, "environmentVariables")
	for _, v := range variables {
		stored := variable(old, text(v, "key"))
		if _, given := v["value"]; !given {
			v["value"] = text(stored, "value")
		}
		stamp := state["updatedAt"]
		if stored != nil && text(stored, "value") == text(v, "value") && flag(stored, "isSecret") == flag(v, "isSecret") {
			stamp = stored["updatedAt"]
		}
		fillIn(v, map[string]any{"isSecret": false, "updatedAt": stamp})
	}
	state["environmentVariables"] = list(variables)
}

// variable finds a variable by key; nil when there is none.
func variable(state map[string]any, key string) map[string]any {
	variables := groups(state, "environmentVariables")
	if i := slices.IndexFunc(variables, func(v map[string]any) bool { return text(v, "key") == key }); i >= 0 {
		return variables[i]
	}
	return nil
}
