package config

import (
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Inputs is the inputs part of action.yml.
type Inputs map[string]Input

// Input is one input of the action.
type Input struct {
	Description string `yaml:"description"`
	Default     string `yaml:"default"`
}

// Default returns what a blank input means. An expression is the runner's to fill
// in, so where it didn't, it means nothing.
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
