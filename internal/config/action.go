package config

import (
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Inputs holds the inputs in action.yml by their names.
type Inputs map[string]Input

// Input is one input of the action.
type Input struct {
	Description string `yaml:"description"`
	Default     string `yaml:"default"`
}

// Default returns the value of a blank input. It returns "" if the default is an
// expression, because only the runner can evaluate it.
func (i Inputs) Default(name string) string {
	if strings.Contains(i[name].Default, "${{") {
		return ""
	}
	return i[name].Default
}

// ReadAction reads the inputs from the text of action.yml.
func ReadAction(action []byte) (Inputs, error) {
	var file struct {
		Inputs Inputs `yaml:"inputs"`
	}
	if err := yaml.Unmarshal(action, &file); err != nil {
		return nil, fmt.Errorf("action.yml: %w", err)
	}
	return file.Inputs, nil
}
