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

// document is the API's document. Schemas are compiled when they are first used, and the validator doesn't do that
// concurrently.
type document struct {
	validator.Validator

	mu sync.Mutex // held while something is validated
}

// loadValidator builds the validator once for all tests of a package; nil when there is no document.
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

// lazyCache keeps the validator from compiling every schema of the document when it
// is made: few are used by the tests of a package, and all take seconds.
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

// DocumentPath finds the API document: the environment's ASTRO_OPENAPI, else shared/astro-api/openapi-v1.yml in the working
// directory or above it, else "".
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

// tightenDocument makes the document say what it means. Objects with named members take no others; and since the variants of a
// oneOf all allow every value of their discriminator, so that a body would match several, each keeps its own values. A body must then carry its discriminator.
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
	// A role can be made for DAGs, which the document forgets when it is read.
	for _, name := range []string{"Role", "RoleWithPermission"} {
		if scope := getObject(getObject(getObject(schemas, name), "properties"), "scopeType"); scope != nil {
			scope["enum"] = append(scope["enum"].([]any), "DAG")
		}
	}
	// A cluster with a workflow on it was seen to answer 409; the document has 412, and for its update only.
	for _, method := range []string{"post", "delete"} {
		cluster := getObject(getObject(document, "paths"), "/organizations/{organizationId}/clusters/{clusterId}")
		if responses := getObject(getObject(cluster, method), "responses"); responses != nil {
			responses["409"], responses["412"] = responses["404"], responses["404"]
		}
	}
	// Environment objects declare no 400, which they surely answer.
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

// mergePathTemplates puts together templates that differ only in the names of what varies, of which the validator sees one: those
// of a role's reading and writing.
func mergePathTemplates(paths map[string]any) {
	first := map[string]string{}
	for _, template := range slices.Sorted(maps.Keys(paths)) {
		shape := pathParameter.ReplaceAllString(template, "{}")
		kept, twin := first[shape]
		if !twin {
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

// narrowVariants leaves each variant those values of the discriminator that are mapped to it.
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
