package simulator

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

// constraintsJSON holds the constraints that the API's OpenAPI document states for requests. It is generated from the
// document, not from the program's own tables, which would otherwise be tested against themselves.
//
//go:embed constraints.json
var constraintsJSON []byte

type constraints struct {
	Operations map[string]*operation // by method and path template
	Schemas    map[string]*schema
}

// operation is one operation of the API's document.
type operation struct {
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
	Discriminator        *discriminator
}

// discriminator selects one of several schemas by the value of a property.
type discriminator struct {
	PropertyName string
	Mapping      map[string]string
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

// loadConstraints parses the constraints at the first request: most runs of the program don't simulate the API.
var loadConstraints = sync.OnceValue(func() *constraints {
	var c constraints
	if err := json.Unmarshal(constraintsJSON, &c); err != nil {
		panic("simulator: constraints.json: " + err.Error())
	}
	c.splitQueueSchema()
	for name, s := range c.Schemas {
		c.complete(name, s)
	}
	for _, o := range c.Operations {
		if limit := o.Query["limit"]; limit != nil {
			limit.Maximum = maxLimit
		}
	}
	return &c
})

// splitQueueSchema gives each type of Deployment its own schema of queues. The document has one schema for the
// queues of all updates, in which the members that only one of the types can have are optional.
func (c *constraints) splitQueueSchema() {
	hybrid := *c.Schemas["UpdateWorkerQueueRequest"]
	hybrid.Required = append(slices.Clone(hybrid.Required), "nodePoolId")
	hybrid.Properties = maps.Clone(hybrid.Properties)
	delete(hybrid.Properties, "astroMachine")
	c.Schemas["UpdateHybridDeploymentRequest"].Properties["workerQueues"].Items = &hybrid
	for _, name := range []string{"UpdateStandardDeploymentRequest", "UpdateDedicatedDeploymentRequest"} {
		c.Schemas[name].Properties["workerQueues"].Items = c.Schemas["WorkerQueueRequest"]
	}
}

// complete resolves the references of a schema, and adds what the document doesn't state.
func (c *constraints) complete(schemaName string, s *schema) {
	for name, p := range s.Properties {
		text := p
		if p.Items != nil {
			text = p.Items
		}
		switch {
		case p.Ref != "":
			s.Properties[name] = c.Schemas[p.Ref]
		case text.Ref != "":
			p.Items = c.Schemas[text.Ref]
		case text.Type == "string":
			text.Format = cmp.Or(text.Format, undocumentedFormats[schemaName+"."+name], undocumentedFormats[name])
			if slices.Contains(nonEmptyFields, name) || slices.Contains(s.Required, name) && name != "description" {
				p.MinLength = max(p.MinLength, 1)
			}
		}
	}
}

// variantOf returns the schema of a body. If it has a discriminator, variant is the discriminator's value.
func (c *constraints) variantOf(name, variant string) *schema {
	s := c.Schemas[name]
	if s.Discriminator == nil {
		return s
	}
	known := c.Schemas[s.Discriminator.Mapping[variant]]
	requireField(known != nil || variant != "", s.Discriminator.PropertyName, "required", "is required")
	variants := slices.Sorted(maps.Keys(s.Discriminator.Mapping))
	requireField(known != nil, s.Discriminator.PropertyName, "oneof", fmt.Sprintf("must be one of %v", variants))
	return known
}

// variantIn returns the discriminator's value in a body, "" if the schema has no variants.
func (c *constraints) variantIn(name string, body object) string {
	if d := c.Schemas[name].Discriminator; d != nil {
		return getString(body, d.PropertyName)
	}
	return ""
}

// checkQuery checks the parameters of a request. Parameters that the document doesn't have are ignored.
func (o *operation) checkQuery(query url.Values) {
	for _, name := range slices.Sorted(maps.Keys(o.Query)) {
		if query.Has(name) {
			requireValid(o.Query[name].check(o.Query[name].decodeParameter(query[name]), name, false))
		}
	}
}

// decodeParameter returns a parameter as decoded JSON of the schema's type, or as a string if it has another type.
func (s *schema) decodeParameter(values []string) any {
	switch s.Type {
	case "array":
		items := []any{}
		for _, v := range values {
			items = append(items, v)
		}
		return items
	case "integer", "boolean":
		var v any
		if json.Unmarshal([]byte(values[0]), &v) == nil {
			return v
		}
	}
	return values[0]
}

// checkMembers checks the members of an object and rejects unknown ones, since a client must not send back members that
// only responses have. A null member counts as absent, except where the document allows null.
func (s *schema) checkMembers(body object, prefix string) []FieldError {
	var found []FieldError
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property, required := s.Properties[name], slices.Contains(s.Required, name)
		value, sent := body[name]
		switch {
		case value != nil:
			found = append(found, property.check(value, prefix+name, required)...)
		case required && (!sent || !property.Nullable):
			found = append(found, newFieldError(prefix+name, "required", "is required"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if s.Properties[name] == nil && body[name] != nil {
			found = append(found, newFieldError(prefix+name, "unknown", "is not a field of this request"))
		}
	}
	return found
}

// check returns the violated constraints of a value; path names the value in the errors.
func (s *schema) check(value any, path string, required bool) []FieldError {
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
			found := checkRange(len(v), s.MinItems, s.MaxItems, path, " items")
			for i, item := range v {
				found = append(found, s.Items.check(item, fmt.Sprintf("%s[%d]", path, i), false)...)
			}
			return found
		}
	case object:
		if s.Type == "object" {
			return s.checkObject(v, path+".")
		}
	}
	names := map[string]string{
		"string": "a string", "boolean": "a boolean", "integer": "an integer", "array": "an array", "object": "an object",
	}
	return []FieldError{newFieldError(path, "type", "must be "+names[s.Type])}
}

// checkObject checks an object with named members, or a map.
func (s *schema) checkObject(v object, prefix string) []FieldError {
	if s.Properties != nil {
		return s.checkMembers(v, prefix)
	}
	var found []FieldError
	if s.AdditionalProperties != nil {
		for _, name := range slices.Sorted(maps.Keys(v)) {
			found = append(found, s.AdditionalProperties.check(v[name], prefix+name, false)...)
		}
	}
	return found
}

func (s *schema) checkText(v, path string, required bool) []FieldError {
	if required && s.MinLength > 0 && v == "" {
		return []FieldError{newFieldError(path, "required", "is required")}
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return []FieldError{newFieldError(path, "oneof", fmt.Sprintf("must be one of %v", s.Enum))}
	}
	if f, known := textFormats()[s.Format]; known && !f.isValid(v) {
		return []FieldError{newFieldError(path, "format", f.message)}
	}
	return checkRange(utf8.RuneCountInString(v), s.MinLength, s.MaxLength, path, " characters")
}

func checkRange(n, minimum, maximum int, path, unit string) []FieldError {
	if n < minimum {
		return []FieldError{newFieldError(path, "min", fmt.Sprintf("must be at least %d%s", minimum, unit))}
	}
	if maximum > 0 && n > maximum {
		return []FieldError{newFieldError(path, "max", fmt.Sprintf("must be at most %d%s", maximum, unit))}
	}
	return nil
}
