// Package constraint checks requests against the constraints that the API's OpenAPI document states for them.
package constraint

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"sync"
	"unicode/utf8"
)

//go:generate go test . -run ^TestConstraintsFollowTheDocument$ -update

// constraintsJSON is generated from the API's document, not from the program's own tables, which would otherwise be
// tested against themselves.
//
//go:embed constraints.json
var constraintsJSON []byte

// FieldError is one failed constraint of a request, the FieldValidationError of the API's document.
type FieldError struct {
	Field   string `json:"field"` // like workerQueues[1].maxWorkerCount
	Code    string `json:"code"`
	Message string `json:"message"`
}

// NewFieldError returns the error of a field. reason follows the field's path in the message.
func NewFieldError(path, code, reason string) FieldError {
	return FieldError{Field: path, Code: code, Message: path + " " + reason}
}

func oneError(path, code, format string, args ...any) []FieldError {
	return []FieldError{NewFieldError(path, code, fmt.Sprintf(format, args...))}
}

// Document holds the constraints of all requests.
type Document struct {
	Operations map[string]*Operation // by method and path template
	Schemas    map[string]*schema
}

// Operation is one operation of the API's document.
type Operation struct {
	Query map[string]*schema
	Body  string // name of a schema; "": the request has no body
}

// schema holds the constraints of one value, in the words of the API's document.
type schema struct {
	Ref                  string `json:"$ref"` // name of the schema to use instead
	Type                 string
	Nullable             bool
	Format               string
	Enum, Required       []string
	Minimum, Maximum     int // 0: no limit; no number of the API is negative
	MinLength, MaxLength int
	MinItems, MaxItems   int
	Properties           map[string]*schema
	Items                *schema
	AdditionalProperties *schema // constraints of the values of a map
	Discriminator        *struct {
		PropertyName string            // the property whose value selects the schema to use instead
		Mapping      map[string]string // its name, by the value of the property
	}
}

// maxLimit is the maximum number of items of a page. The document doesn't state it for all lists.
const maxLimit = 1000

// undocumentedFormats holds the formats that the document states only in descriptions, or not at all: by the name of
// the field, or of the schema and the field.
var undocumentedFormats = map[string]string{
	"name": "not blank", "billingEmail": "email", "contactEmails": "email", "inviteeEmail": "email",
	"astroRuntimeVersion": "runtime version", "permissions": "permission", "hibernateAtCron": "cron",
	"wakeAtCron": "cron", "overrideUntil": "date-time", "resourceQuotaCpu": "cpu", "defaultTaskPodCpu": "cpu",
	"resourceQuotaMemory": "memory", "defaultTaskPodMemory": "memory", "podEphemeralStorage": "memory",
	"ipAddressRange": "cidr", "vpcSubnetRange": "cidr", "podSubnetRange": "cidr", "servicePeeringRange": "cidr",
	"serviceSubnetRange": "cidr", "secondaryVpcCidr": "cidr", "drVpcSubnetRange": "cidr", "drPodSubnetRange": "cidr",
	"drServicePeeringRange": "cidr", "drServiceSubnetRange": "cidr", "drSecondaryVpcCidr": "cidr",
	"BulkCreateAllowedIpAddressRangesRequest.allowedIpAddressRanges": "cidr",
}

// nonEmptyFields lists the optional texts that must not be empty. Required texts must not be empty either, except
// descriptions.
var nonEmptyFields = []string{
	"dbInstanceType", "deploymentId", "drRegion", "entityId", "nodePoolId", "providerAccount", "tenantId",
}

// Load returns the document. It is parsed at the first call: most runs of the program don't simulate the API.
var Load = sync.OnceValue(func() *Document {
	var d Document
	if err := json.Unmarshal(constraintsJSON, &d); err != nil {
		panic("constraint: constraints.json: " + err.Error())
	}
	d.splitQueueSchema()
	for name, s := range d.Schemas {
		d.complete(name, s)
	}
	for _, o := range d.Operations {
		if limit := o.Query["limit"]; limit != nil {
			limit.Maximum = maxLimit
		}
	}
	return &d
})

// splitQueueSchema gives each type of Deployment its own schema of queues. The document has one schema for the
// queues of all updates, in which the members that only one of the types can have are optional.
func (d *Document) splitQueueSchema() {
	hybrid := *d.Schemas["UpdateWorkerQueueRequest"]
	hybrid.Required = append(slices.Clone(hybrid.Required), "nodePoolId")
	hybrid.Properties = maps.Clone(hybrid.Properties)
	delete(hybrid.Properties, "astroMachine")
	d.Schemas["UpdateHybridDeploymentRequest"].Properties["workerQueues"].Items = &hybrid
	for _, name := range []string{"UpdateStandardDeploymentRequest", "UpdateDedicatedDeploymentRequest"} {
		d.Schemas[name].Properties["workerQueues"].Items = d.Schemas["WorkerQueueRequest"]
	}
}

// complete resolves the references of a schema, and adds what the document doesn't state.
func (d *Document) complete(schemaName string, s *schema) {
	for name, p := range s.Properties {
		text := p
		if p.Items != nil {
			text = p.Items
		}
		switch {
		case p.Ref != "":
			s.Properties[name] = d.Schemas[p.Ref]
		case text.Ref != "":
			p.Items = d.Schemas[text.Ref]
		case text.Type == "string":
			text.Format = cmp.Or(text.Format, undocumentedFormats[schemaName+"."+name], undocumentedFormats[name])
			if slices.Contains(nonEmptyFields, name) || slices.Contains(s.Required, name) && name != "description" {
				p.MinLength = max(p.MinLength, 1)
			}
		}
	}
}

// CheckQuery checks the parameters of a request. Parameters that the document doesn't have are ignored.
func (o *Operation) CheckQuery(query url.Values) (invalid []FieldError) {
	for _, name := range slices.Sorted(maps.Keys(o.Query)) {
		s, values := o.Query[name], query[name]
		if s.Type == "array" {
			s = s.Items
		}
		for _, text := range values {
			var value any
			if s.Type == "string" || json.Unmarshal([]byte(text), &value) != nil {
				value = text
			}
			invalid = append(invalid, s.check(value, name, false)...)
		}
	}
	return invalid
}

// CheckBody checks the body of a request, and returns the names of all fields that a body can have. If the document has
// several variants of the body, variant selects one. If variant is "", the body selects it.
func (d *Document) CheckBody(o *Operation, body map[string]any, variant string) ([]string, []FieldError) {
	s := d.Schemas[o.Body]
	if selector := s.Discriminator; selector != nil {
		selected, _ := body[selector.PropertyName].(string)
		variant = cmp.Or(variant, selected)
		if s = d.Schemas[selector.Mapping[variant]]; variant == "" {
			return nil, oneError(selector.PropertyName, "required", "is required")
		} else if s == nil {
			variants := slices.Sorted(maps.Keys(selector.Mapping))
			return nil, oneError(selector.PropertyName, "oneof", "must be one of %v", variants)
		}
	}
	return slices.Collect(maps.Keys(s.Properties)), s.checkMembers(body, "")
}

// checkMembers checks the members of an object and rejects unknown ones, since a client must not send back members that
// only responses have. A null member counts as absent, except where the document allows null.
func (s *schema) checkMembers(body map[string]any, prefix string) (invalid []FieldError) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property, required := s.Properties[name], slices.Contains(s.Required, name)
		value, sent := body[name]
		switch {
		case value != nil:
			invalid = append(invalid, property.check(value, prefix+name, required)...)
		case required && (!sent || !property.Nullable):
			invalid = append(invalid, oneError(prefix+name, "required", "is required")...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if s.Properties[name] == nil && body[name] != nil {
			invalid = append(invalid, oneError(prefix+name, "unknown", "is not a field of this request")...)
		}
	}
	return invalid
}

// check returns the violated constraints of a value; path names the value in the errors.
func (s *schema) check(value any, path string, required bool) (invalid []FieldError) {
	switch v := value.(type) {
	case string:
		if s.Type == "string" {
			return s.checkText(v, path, required)
		}
	case bool:
		if s.Type == "boolean" {
			return nil
		}
	case float64:
		if s.Type == "integer" && v == math.Trunc(v) {
			return checkRange(int(v), s.Minimum, s.Maximum, path, "")
		}
	case []any:
		if s.Type == "array" {
			invalid = checkRange(len(v), s.MinItems, s.MaxItems, path, " items")
			for i, item := range v {
				invalid = append(invalid, s.Items.check(item, fmt.Sprintf("%s[%d]", path, i), false)...)
			}
			return invalid
		}
	case map[string]any:
		switch {
		case s.Properties != nil:
			return s.checkMembers(v, path+".")
		case s.AdditionalProperties != nil:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				invalid = append(invalid, s.AdditionalProperties.check(v[name], path+"."+name, false)...)
			}
			return invalid
		case s.Type == "object":
			return nil
		}
	}
	return oneError(path, "type", "must be of type %s", s.Type)
}

func (s *schema) checkText(v, path string, required bool) []FieldError {
	if required && s.MinLength > 0 && v == "" {
		return oneError(path, "required", "is required")
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return oneError(path, "oneof", "must be one of %v", s.Enum)
	}
	if f, known := formats()[s.Format]; known && !f.isValid(v) {
		return oneError(path, "format", "%s", f.message)
	}
	return checkRange(utf8.RuneCountInString(v), s.MinLength, s.MaxLength, path, " characters")
}

func checkRange(n, minimum, maximum int, path, unit string) []FieldError {
	if n < minimum {
		return oneError(path, "min", "must be at least %d%s", minimum, unit)
	}
	if maximum > 0 && n > maximum {
		return oneError(path, "max", "must be at most %d%s", maximum, unit)
	}
	return nil
}
