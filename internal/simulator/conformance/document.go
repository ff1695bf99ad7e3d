package conformance

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/cache"
	"github.com/pb33f/libopenapi-validator/config"
	"go.yaml.in/yaml/v4"
)

// document is the API's document with its validator. The validator compiles schemas on first use, which isn't safe for
// concurrent use.
type document struct {
	validator.Validator

	mu sync.Mutex // held during validation
}

// loadValidator builds the validator once for all tests of a package. It returns nil if there is no document.
var loadValidator = sync.OnceValues(func() (*document, error) {
	path := DocumentPath()
	if path == "" {
		return nil, nil
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if source, err = tightenDocument(source); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	parsed, err := libopenapi.NewDocument(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	schemas := &lazyCache{SchemaCache: cache.NewDefaultCache(), warming: true}
	v, errs := validator.NewValidator(parsed, config.WithFormatAssertions(), config.WithSchemaCache(schemas))
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", path, errs[0])
	}
	schemas.warming = false
	return &document{Validator: v}, nil
})

// lazyCache prevents the validator from compiling every schema of the document when it is created: that takes seconds, and
// the tests of a package use only few schemas.
type lazyCache struct {
	cache.SchemaCache

	warming bool
}

func (c *lazyCache) Load(key uint64) (*cache.SchemaCacheEntry, bool) {
	if c.warming {
		return nil, true
	}
	return c.SchemaCache.Load(key)
}

// DocumentPath returns the path of the API's document: ASTRO_OPENAPI, else shared/astro-api/openapi-v1.yml in the working
// directory or its parents, else "".
func DocumentPath() string {
	if path := os.Getenv("ASTRO_OPENAPI"); path != "" {
		return path
	}
	directory, err := os.Getwd()
	for err == nil {
		path := filepath.Join(directory, "shared", "astro-api", "openapi-v1.yml")
		if _, missing := os.Stat(path); missing == nil {
			return path
		}
		if directory == filepath.Dir(directory) {
			break
		}
		directory = filepath.Dir(directory)
	}
	return ""
}

// tightenDocument makes the document as strict as its text. Objects with named members allow no others. Each variant of a
// oneOf allows only its own values of the discriminator: in the original, every variant allows all of them, so that a body
// would match several variants. Each body must then contain its discriminator.
func tightenDocument(source []byte) ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, err
	}
	schemas := getObject(getObject(document, "components"), "schemas")
	if schemas == nil {
		return nil, fmt.Errorf("components.schemas is missing")
	}
	mergePathTemplates(getObject(document, "paths"))
	// A role can have the scope DAG, but the document lacks it in responses.
	for _, name := range []string{"Role", "RoleWithPermission"} {
		if scope := getObject(getObject(getObject(schemas, name), "properties"), "scopeType"); scope != nil {
			scope["enum"] = append(scope["enum"].([]any), "DAG")
		}
	}
	// The API was seen to answer 409 while a workflow runs on a cluster; the document declares only 412, and only for updates.
	for _, method := range []string{"post", "delete"} {
		cluster := getObject(getObject(document, "paths"), "/organizations/{organizationId}/clusters/{clusterId}")
		if responses := getObject(getObject(cluster, method), "responses"); responses != nil {
			responses["409"], responses["412"] = responses["404"], responses["404"]
		}
	}
	// The document declares no 400 for environment objects, but the API must reject invalid requests.
	for _, below := range []string{"", "/{environmentObjectId}", "/{environmentObjectId}/exclude-linking"} {
		for _, operation := range getObject(getObject(document, "paths"), "/organizations/{organizationId}/environment-objects"+below) {
			o, _ := operation.(map[string]any)
			if responses := getObject(o, "responses"); responses != nil {
				responses["400"] = responses["404"]
			}
		}
	}
	for _, value := range schemas {
		schema, _ := value.(map[string]any)
		if discriminator := getObject(schema, "discriminator"); discriminator != nil {
			narrowVariants(schemas, discriminator)
		}
		if _, open := schema["additionalProperties"]; !open && getObject(schema, "properties") != nil {
			schema["additionalProperties"] = false
		}
	}
	return yaml.Marshal(document)
}

var pathParameter = regexp.MustCompile(`{(\w+)}`)

// mergePathTemplates merges path templates that differ only in the names of their parameters, because the validator finds
// only one of them. Reading and writing a role have such templates.
func mergePathTemplates(paths map[string]any) {
	first := map[string]string{}
	for _, template := range slices.Sorted(maps.Keys(paths)) {
		shape := pathParameter.ReplaceAllString(template, "{}")
		kept, duplicate := first[shape]
		if !duplicate {
			first[shape] = template
			continue
		}
		names := map[string]string{}
		for i, name := range pathParameter.FindAllStringSubmatch(template, -1) {
			names[name[1]] = pathParameter.FindAllStringSubmatch(kept, -1)[i][1]
		}
		for method, operation := range getObject(paths, template) {
			o, _ := operation.(map[string]any)
			parameters, _ := o["parameters"].([]any)
			for _, p := range parameters {
				if parameter, ok := p.(map[string]any); ok && parameter["in"] == "path" {
					parameter["name"] = names[fmt.Sprint(parameter["name"])]
				}
			}
			getObject(paths, kept)[method] = operation
		}
		delete(paths, template)
	}
}

// narrowVariants limits the discriminator of each variant to the values that are mapped to it.
func narrowVariants(schemas, discriminator map[string]any) {
	values := map[string][]any{}
	for value, reference := range getObject(discriminator, "mapping") {
		name := filepath.Base(fmt.Sprint(reference))
		values[name] = append(values[name], value)
	}
	property, _ := discriminator["propertyName"].(string)
	for name, own := range values {
		variant, _ := schemas[name].(map[string]any)
		if kind := getObject(getObject(variant, "properties"), property); kind != nil {
			kind["enum"] = own
		}
	}
}

func getObject(parent map[string]any, name string) map[string]any {
	value, _ := parent[name].(map[string]any)
	return value
}
