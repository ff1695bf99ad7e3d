package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/simulator"
)

// newPopulatedServer returns an Organization with resources that no manifest of the
// campaign declares, and users to which the manifests refer.
func newPopulatedServer(inherited simulator.InheritedRoles) *simulator.Server {
	s := simulator.New(simulator.Options{OrganizationID: "corg00000000000000000000a", EnforceRateLimits: true, InheritedRoles: inherited})
	w := s.Seed("workspace", map[string]any{"name": "other"})
	workspaceRoles := []any{map[string]any{"workspaceId": w, "role": "WORKSPACE_MEMBER"}}
	ada := s.Seed("user", map[string]any{"username": "ada@example.com", "workspaceRoles": workspaceRoles})
	grace := s.Seed("user", map[string]any{"username": "grace@example.com"})
	s.Seed("user", map[string]any{"username": "edsger@example.com"})
	d := s.Seed("deployment", map[string]any{"name": "d0", "workspaceId": w, "type": "STANDARD"})
	for kind, fields := range map[string]map[string]any{
		"cluster":           {"name": "other", "type": "DEDICATED", "cloudProvider": "AWS", "region": "us-west-2", "vpcSubnetRange": "172.21.0.0/20"},
		"environmentObject": {"objectType": "AIRFLOW_VARIABLE", "objectKey": "o2", "scope": "WORKSPACE", "scopeEntityId": w, "airflowVariable": map[string]any{"value": "other"}},
		"customRole":        {"name": "other", "scopeType": "DEPLOYMENT", "permissions": []any{"deployment.get"}},
		"team": {
			"name": "other", "memberIds": []any{ada, grace}, "organizationRole": "ORGANIZATION_BILLING_ADMIN",
			"workspaceRoles":  []any{map[string]any{"workspaceId": w, "role": "WORKSPACE_OWNER"}},
			"deploymentRoles": []any{map[string]any{"deploymentId": d, "role": "DEPLOYMENT_ADMIN"}},
		},
		"apiToken":   {"name": "ci", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"},
		"agentToken": {"name": "agents", "deploymentId": d},
	} {
		s.Seed(kind, fields)
	}
	return s
}

// teamOnlyRoles matches the roles that the manifests of the campaign give only to Teams.
var teamOnlyRoles = regexp.MustCompile(`ORGANIZATION_BILLING_ADMIN|WORKSPACE_OPERATOR|WORKSPACE_OWNER|DEPLOYMENT_ADMIN`)

// escalatedUsers returns the users who have one of the teamOnlyRoles as their own role.
func escalatedUsers(s *simulator.Server) (out []string) {
	for _, user := range s.Resources("user") {
		if teamOnlyRoles.MatchString(fmt.Sprint(user)) {
			out = append(out, fmt.Sprint(user))
		}
	}
	return out
}

// undeclaredResources maps the ids of the resources that no manifest of the campaign
// declares to the values of tokens, "" for other kinds.
func undeclaredResources(s *simulator.Server) map[string]string {
	out := map[string]string{}
	for _, kind := range []string{"workspace", "deployment", "cluster", "environmentObject", "customRole", "team", "apiToken", "agentToken"} {
		for _, o := range s.Resources(kind) {
			value, _ := o["token"].(string)
			out[fmt.Sprint(o["id"])] = value
		}
	}
	return out
}

// generatedManifest is a manifest: resources by section and name.
type generatedManifest map[string]map[string]map[string]any

func (m *generatedManifest) putResource(section, name string, fields map[string]any) {
	if (*m)[section] == nil {
		(*m)[section] = map[string]map[string]any{}
	}
	(*m)[section][name] = fields
}

// String returns the manifest as JSON, which is YAML.
func (m *generatedManifest) String() string {
	out := map[string]any{}
	for section, objects := range *m {
		var list []any
		for _, name := range slices.Sorted(maps.Keys(objects)) {
			list = append(list, objects[name])
		}
		switch section {
		case "organization":
			out[section] = list[0]
		case "allowedIpAddressRanges":
			out[section] = objects[""]["ranges"]
		default:
			out[section] = list
		}
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// uniqueSections lists the sections in which the API refuses duplicates.
var uniqueSections = []string{"environmentObjects", "allowedIpAddressRanges", "organization", "users"}

// copyMissingFrom copies the resources that only second has, if two runs at once could
// create duplicates of them.
func (m *generatedManifest) copyMissingFrom(second *generatedManifest) {
	for section, objects := range *second {
		for name, fields := range objects {
			if _, exists := (*m)[section][name]; !exists && !slices.Contains(uniqueSections, section) && fields["state"] == nil {
				m.putResource(section, name, fields)
			}
		}
	}
}

// generateManifest draws a manifest. If removes is true, it marks some of the resources
// that only the previous manifest has as absent.
func generateManifest(r *rand.Rand, previous *generatedManifest, removes bool) *generatedManifest {
	g := &manifestGenerator{rand: r, manifest: &generatedManifest{}}
	g.drawManifest()
	if previous == nil || !removes {
		return g.manifest
	}
	for _, section := range []string{"deployments", "environmentObjects", "teams", "apiTokens"} {
		for name, fields := range (*previous)[section] {
			if _, declared := (*g.manifest)[section][name]; declared || !g.coinFlip() {
				continue
			}
			absent := map[string]any{"state": "absent"}
			for _, field := range []string{"name", "workspace", "objectType", "objectKey"} {
				if fields[field] != nil {
					absent[field] = fields[field]
				}
			}
			g.manifest.putResource(section, name, absent)
		}
	}
	return g.manifest
}

// manifestGenerator draws the resources of a manifest. Resources of the same name have
// the same values in fields that can't be changed.
type manifestGenerator struct {
	rand     *rand.Rand
	manifest *generatedManifest
}

func (g *manifestGenerator) coinFlip() bool                { return g.rand.IntN(2) == 0 }
func (g *manifestGenerator) oneOf(values ...string) string { return values[g.rand.IntN(len(values))] }

func (g *manifestGenerator) secretReference() string {
	return g.oneOf("${secret:FIRST}", "${secret:SECOND}")
}

// maybeSetText sets a field to one of the values, or doesn't set it.
func (g *manifestGenerator) maybeSetText(fields map[string]any, name string, values ...string) {
	if g.coinFlip() {
		fields[name] = g.oneOf(values...)
	}
}

func (g *manifestGenerator) drawManifest() {
	if g.coinFlip() {
		g.manifest.putResource("organization", "", map[string]any{"allowEnhancedSupportAccess": g.coinFlip()})
	}
	w := map[string]any{"name": "data", "cicdEnforcedDefault": g.coinFlip()}
	g.maybeSetText(w, "description", "", "one", "two")
	g.manifest.putResource("workspaces", "data", w)
	if g.rand.IntN(4) == 0 {
		c := map[string]any{"name": "own", "type": "DEDICATED", "cloudProvider": "AWS", "region": "us-east-1", "vpcSubnetRange": "172.20.0.0/20"}
		if g.coinFlip() {
			c["k8sTags"] = []any{map[string]any{"key": "team", "value": g.oneOf("a", "b")}}
		}
		if g.coinFlip() {
			c["workspaces"] = []any{"data"}
		}
		g.manifest.putResource("clusters", "own", c)
		if g.coinFlip() {
			g.manifest.putResource("deployments", "remote", map[string]any{
				"name": "remote", "workspace": "data", "type": "DEDICATED", "cluster": "own", "executor": "ASTRO",
				"remoteExecution": map[string]any{"enabled": true, "taskLogBucket": g.oneOf("s3://a", "s3://b")},
			})
			g.manifest.putResource("agentTokens", "agents", map[string]any{"name": "agents", "deployment": map[string]any{"workspace": "data", "name": "remote"}, "saveTo": "agents"})
		}
	}
	var deployments []string
	for i := range 4 {
		if name := fmt.Sprint("d", i); g.coinFlip() {
			deployments = append(deployments, name)
			g.manifest.putResource("deployments", name, g.drawDeployment(name, i))
		}
	}
	for i, kind := range []string{"CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"} {
		if g.coinFlip() {
			g.manifest.putResource("environmentObjects", kind, g.drawEnvironmentObject(kind, i, deployments))
		}
	}
	if g.coinFlip() {
		g.manifest.putResource("customRoles", "reader", map[string]any{
			"name": "reader", "scopeType": "DEPLOYMENT",
			"permissions": g.subsetOf("deployment.get", "deployment.logs.get", "deployment.update"),
		})
		g.drawTeamsAndUsers(deployments)
	}
	if g.coinFlip() {
		g.manifest.putResource("allowedIpAddressRanges", "", map[string]any{"ranges": g.subsetOf("10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")})
	}
	if g.coinFlip() {
		g.manifest.putResource("apiTokens", "ci", map[string]any{
			"name": "ci", "workspace": "data", "saveTo": "ci", "description": g.oneOf("", "a", "b"),
			"roles": []any{map[string]any{"role": g.oneOf("WORKSPACE_OPERATOR", "WORKSPACE_MEMBER")}},
		})
	}
}

// subsetOf draws some of the values, at least one.
func (g *manifestGenerator) subsetOf(values ...string) []any {
	var out []any
	for _, v := range values {
		if g.coinFlip() {
			out = append(out, v)
		}
	}
	if out == nil {
		out = append(out, values[0])
	}
	return out
}

func (g *manifestGenerator) drawDeployment(name string, i int) map[string]any {
	d := map[string]any{"name": name, "workspace": "data", "type": "STANDARD", "cloudProvider": "AWS", "region": "us-east-1", "isDevelopmentMode": i%2 == 0}
	g.maybeSetText(d, "description", "", "one", "two")
	if g.coinFlip() {
		d["contactEmails"] = g.subsetOf("a@example.com", "b@example.com", "c@example.com")
	}
	if g.coinFlip() {
		queue := func(name string) any {
			return map[string]any{"name": name, "astroMachine": g.oneOf("A5", "A10"), "minWorkerCount": g.rand.IntN(2), "maxWorkerCount": 2 + g.rand.IntN(2), "workerConcurrency": 5}
		}
		queues := []any{queue("default")}
		for _, more := range []string{"q1", "q2"} {
			if g.coinFlip() {
				queues = append(queues, queue(more))
			}
		}
		d["executor"], d["workerQueues"] = "CELERY", queues
	}
	if g.coinFlip() {
		variables := []any{map[string]any{"key": "LEVEL", "value": g.oneOf("INFO", "DEBUG", "")}}
		if g.coinFlip() {
			variables = append(variables, map[string]any{"key": "KEY", "value": g.secretReference(), "isSecret": true})
		}
		d["environmentVariables"] = variables
	}
	if i%2 == 0 && g.coinFlip() {
		spec := map[string]any{}
		if g.coinFlip() {
			spec["schedules"] = []any{map[string]any{"hibernateAtCron": "0 19 * * *", "wakeAtCron": "0 7 * * *", "description": g.oneOf("", "nights")}}
		}
		if g.coinFlip() {
			spec["override"] = map[string]any{"isHibernating": g.coinFlip(), "overrideUntil": "2099-01-01T00:00:00Z"}
		}
		d["scalingSpec"] = map[string]any{"hibernationSpec": spec}
	}
	return d
}

func (g *manifestGenerator) drawEnvironmentObject(kind string, i int, deployments []string) map[string]any {
	o := map[string]any{"objectType": kind, "objectKey": fmt.Sprint("o", i), "workspace": "data"}
	g.maybeSetText(o, "description", "one", "two")
	override := map[string]any{}
	switch kind {
	case "CONNECTION":
		c := map[string]any{"type": "postgres", "password": g.secretReference(), "extra": map[string]any{"region": g.oneOf("eu", "us"), "private_key": g.secretReference()}}
		g.maybeSetText(c, "host", "a.example.com", "b.example.com")
		o["connection"], override["connection"] = c, map[string]any{"login": g.oneOf("a", "b")}
	case "ENVIRONMENT_VARIABLE":
		o["environmentVariable"] = map[string]any{"value": g.secretReference(), "isSecret": true}
		override["environmentVariable"] = map[string]any{"value": g.secretReference()}
	case "AIRFLOW_VARIABLE":
		o["airflowVariable"], override["airflowVariable"] = map[string]any{"value": g.oneOf("x", "y")}, map[string]any{"value": g.oneOf("x", "y")}
	case "METRICS_EXPORT":
		o["metricsExport"] = map[string]any{
			"endpoint": g.oneOf("https://a.example.com", "https://b.example.com"), "exporterType": "PROMETHEUS", "authType": "AUTH_TOKEN",
			"basicToken": g.secretReference(), "labels": map[string]any{"env": g.oneOf("dev", "prod")},
		}
		override["metricsExport"] = map[string]any{"username": g.oneOf("a", "b")}
	}
	if g.coinFlip() {
		links := []any{}
		for _, name := range deployments {
			if link := (map[string]any{"deployment": name}); g.coinFlip() {
				if g.coinFlip() {
					link["overrides"] = override
				}
				links = append(links, link)
			}
		}
		o["links"] = links
	}
	return o
}

func (g *manifestGenerator) drawTeamsAndUsers(deployments []string) {
	addGrants := func(fields map[string]any, workspaceRoles []string, deploymentRole string) map[string]any {
		fields["workspaceRoles"] = []any{map[string]any{"workspace": "data", "role": g.oneOf(workspaceRoles...)}}
		roles := []any{}
		for _, name := range deployments {
			if g.coinFlip() {
				roles = append(roles, map[string]any{"deployment": map[string]any{"workspace": "data", "name": name}, "role": deploymentRole})
			}
		}
		fields["deploymentRoles"] = roles
		return fields
	}
	if g.coinFlip() {
		g.manifest.putResource("teams", "team", addGrants(map[string]any{
			"name": "team", "members": g.subsetOf("ada@example.com", "grace@example.com", "edsger@example.com"), "organizationRole": "ORGANIZATION_MEMBER",
		}, []string{"WORKSPACE_OPERATOR", "WORKSPACE_OWNER"}, "DEPLOYMENT_ADMIN"))
	}
	if g.coinFlip() {
		ada := map[string]any{"username": "ada@example.com", "organizationRole": g.oneOf("ORGANIZATION_MEMBER", "ORGANIZATION_OWNER")}
		if g.rand.IntN(3) > 0 {
			ada = addGrants(ada, []string{"WORKSPACE_MEMBER", "WORKSPACE_AUTHOR"}, "reader")
		}
		g.manifest.putResource("users", "ada", ada)
	}
	if g.coinFlip() {
		g.manifest.putResource("invites", "new", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"})
	}
}

// comparedKinds lists the kinds whose resources serverContents compares. Kinds come
// after those that contain their resources.
var comparedKinds = []string{"organization", "workspace", "cluster", "deployment", "environmentObject", "customRole", "team", "user", "invite", "apiToken", "agentToken", "allowedIpAddressRange"}

// serverFields lists the fields that the server sets.
var serverFields = []string{"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "token", "shortToken", "startAt", "endAt", "expiresAt", "inviteId", "inviter", "namespace", "imageRepository"}

var idPattern = regexp.MustCompile(`\bc[a-z0-9]{24}\b`)

func resourceLabel(kind string, o map[string]any) string {
	for _, name := range []string{"name", "objectKey", "username", "ipAddressRange", "inviteId"} {
		if text, ok := o[name].(string); ok && text != "" {
			return kind + " " + text
		}
	}
	return kind
}

// parentIDOf returns the id of the Workspace or Deployment of a resource, "" for none.
func parentIDOf(o map[string]any) string {
	for _, name := range []string{"workspaceId", "deploymentId", "scopeEntityId"} {
		if id, ok := o[name].(string); ok {
			return id
		}
	}
	if roles, ok := o["roles"].([]any); ok && len(roles) > 0 {
		id, _ := roles[0].(map[string]any)["entityId"].(string)
		return id
	}
	return ""
}

// serverContents lists all resources of a server with their secrets. It replaces ids by
// labels and sorts, so that servers with equal resources have equal contents.
func serverContents(s *simulator.Server) []string {
	labels := map[string]string{} // by id
	for _, kind := range comparedKinds {
		for _, o := range s.Resources(kind) {
			if id, ok := o["id"].(string); ok && kind != "invite" {
				labels[id] = resourceLabel(kind, o)
				if parent := labels[parentIDOf(o)]; parent != "" {
					labels[id] += " in " + parent
				}
			}
		}
	}
	var out []string
	for _, kind := range comparedKinds {
		for _, o := range s.Resources(kind) {
			b, err := json.Marshal(normalizeContent(o, func(text string) string {
				return idPattern.ReplaceAllStringFunc(text, func(id string) string { return labels[id] })
			}))
			if err != nil {
				panic(err)
			}
			// A run can't compare secrets, so whether it wrote the second value depends on
			// whether it wrote the resource for another reason. Take both for equal.
			out = append(out, kind+" "+strings.ReplaceAll(string(b), "second-secret", "first-secret"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // an invite may be sent twice
}

// normalizeContent removes fields that the server sets or that are empty, sorts lists,
// and replaces ids in texts with replaceIDs.
func normalizeContent(v any, replaceIDs func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			list, isList := value.([]any)
			if !slices.Contains(serverFields, name) && value != nil && value != false && (!isList || len(list) > 0) {
				out[name] = normalizeContent(value, replaceIDs)
			}
		}
		return out
	case []any:
		out := []string{}
		for _, item := range v {
			b, err := json.Marshal(normalizeContent(item, replaceIDs))
			if err != nil {
				panic(err)
			}
			out = append(out, string(b))
		}
		slices.Sort(out)
		return out
	case string:
		return replaceIDs(v)
	}
	return v
}

// findDuplicates returns the ids of resources that exist more than once, by label.
func findDuplicates(s *simulator.Server) map[string][]string {
	out := map[string][]string{}
	for _, kind := range comparedKinds {
		if kind == "invite" {
			continue
		}
		for _, o := range s.Resources(kind) {
			name := resourceLabel(kind, o) + " in " + parentIDOf(o)
			out[name] = append(out[name], fmt.Sprint(o["id"]))
		}
	}
	maps.DeleteFunc(out, func(_ string, ids []string) bool { return len(ids) < 2 })
	for name := range out {
		if strings.HasPrefix(name, "allowedIpAddressRange") || strings.HasPrefix(name, "environmentObject") || strings.HasPrefix(name, "cluster") {
			panic("created twice, although the API refuses duplicates: " + name)
		}
	}
	return out
}
