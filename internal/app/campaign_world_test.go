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

// populated is an Organization with what a manifest of the campaign doesn't make.
func populated(inherited simulator.InheritedRoles) *simulator.Server {
	s := simulator.New(simulator.Options{OrganizationID: "corg00000000000000000000a", EnforceRateLimits: true, InheritedRoles: inherited})
	w := s.Seed("workspace", map[string]any{"name": "other"})
	own := []any{map[string]any{"workspaceId": w, "role": "WORKSPACE_MEMBER"}}
	ada := s.Seed("user", map[string]any{"username": "ada@example.com", "workspaceRoles": own})
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

// ofTeams are the roles that only Teams have in the campaign.
var ofTeams = regexp.MustCompile(`ORGANIZATION_BILLING_ADMIN|WORKSPACE_OPERATOR|WORKSPACE_OWNER|DEPLOYMENT_ADMIN`)

// escalated returns the users who have a role themselves that the manifests give
// to Teams only.
func escalated(s *simulator.Server) (out []string) {
	for _, user := range s.Resources("user") {
		if ofTeams.MatchString(fmt.Sprint(user)) {
			out = append(out, fmt.Sprint(user))
		}
	}
	return out
}

// undeclared returns the id, and of a token the value, of every resource that no
// manifest of the campaign declares, by id.
func undeclared(s *simulator.Server) map[string]string {
	out := map[string]string{}
	for _, kind := range []string{"workspace", "deployment", "cluster", "environmentObject", "customRole", "team", "apiToken", "agentToken"} {
		for _, o := range s.Resources(kind) {
			value, _ := o["token"].(string)
			out[fmt.Sprint(o["id"])] = value
		}
	}
	return out
}

// declared is a manifest: objects by section and name.
type declared map[string]map[string]map[string]any

func (m *declared) put(section, name string, fields map[string]any) {
	if (*m)[section] == nil {
		(*m)[section] = map[string]map[string]any{}
	}
	(*m)[section][name] = fields
}

// String is the manifest as a file. JSON is YAML.
func (m *declared) String() string {
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

// unique are the sections whose objects the API makes no second time.
var unique = []string{"environmentObjects", "allowedIpAddressRanges", "organization", "users"}

// adopts takes over what a second manifest adds and two runs at once could make
// twice.
func (m *declared) adopts(second *declared) {
	for section, objects := range *second {
		for name, fields := range objects {
			if _, there := (*m)[section][name]; !there && !slices.Contains(unique, section) && fields["state"] == nil {
				m.put(section, name, fields)
			}
		}
	}
}

// drawn is a manifest. One that follows another marks some of what it no longer
// has as absent.
func drawn(r *rand.Rand, before *declared, removes bool) *declared {
	g := &world{r: r, out: &declared{}}
	g.draw()
	if before == nil || !removes {
		return g.out
	}
	for _, section := range []string{"deployments", "environmentObjects", "teams", "apiTokens"} {
		for name, fields := range (*before)[section] {
			if _, there := (*g.out)[section][name]; there || !g.some() {
				continue
			}
			gone := map[string]any{"state": "absent"}
			for _, field := range []string{"name", "workspace", "objectType", "objectKey"} {
				if fields[field] != nil {
					gone[field] = fields[field]
				}
			}
			g.out.put(section, name, gone)
		}
	}
	return g.out
}

// world draws the objects of a manifest. What can't change is the same for the
// same name.
type world struct {
	r   *rand.Rand
	out *declared
}

func (g *world) some() bool              { return g.r.IntN(2) == 0 }
func (g *world) one(of ...string) string { return of[g.r.IntN(len(of))] }
func (g *world) secret() string          { return g.one("${secret:FIRST}", "${secret:SECOND}") }

// text sets a field now and then.
func (g *world) text(fields map[string]any, name string, values ...string) {
	if g.some() {
		fields[name] = g.one(values...)
	}
}

func (g *world) draw() {
	if g.some() {
		g.out.put("organization", "", map[string]any{"allowEnhancedSupportAccess": g.some()})
	}
	w := map[string]any{"name": "data", "cicdEnforcedDefault": g.some()}
	g.text(w, "description", "", "one", "two")
	g.out.put("workspaces", "data", w)
	if g.r.IntN(4) == 0 {
		c := map[string]any{"name": "own", "type": "DEDICATED", "cloudProvider": "AWS", "region": "us-east-1", "vpcSubnetRange": "172.20.0.0/20"}
		if g.some() {
			c["k8sTags"] = []any{map[string]any{"key": "team", "value": g.one("a", "b")}}
		}
		if g.some() {
			c["workspaces"] = []any{"data"}
		}
		g.out.put("clusters", "own", c)
		if g.some() {
			g.out.put("deployments", "remote", map[string]any{
				"name": "remote", "workspace": "data", "type": "DEDICATED", "cluster": "own", "executor": "ASTRO",
				"remoteExecution": map[string]any{"enabled": true, "taskLogBucket": g.one("s3://a", "s3://b")},
			})
			g.out.put("agentTokens", "agents", map[string]any{"name": "agents", "deployment": map[string]any{"workspace": "data", "name": "remote"}, "saveTo": "agents"})
		}
	}
	var deployments []string
	for i := range 4 {
		if name := fmt.Sprint("d", i); g.some() {
			deployments = append(deployments, name)
			g.out.put("deployments", name, g.deployment(name, i))
		}
	}
	for i, kind := range []string{"CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"} {
		if g.some() {
			g.out.put("environmentObjects", kind, g.environmentObject(kind, i, deployments))
		}
	}
	if g.some() {
		g.out.put("customRoles", "reader", map[string]any{
			"name": "reader", "scopeType": "DEPLOYMENT",
			"permissions": g.subset("deployment.get", "deployment.logs.get", "deployment.update"),
		})
		g.people(deployments)
	}
	if g.some() {
		g.out.put("allowedIpAddressRanges", "", map[string]any{"ranges": g.subset("10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")})
	}
	if g.some() {
		g.out.put("apiTokens", "ci", map[string]any{
			"name": "ci", "workspace": "data", "saveTo": "ci", "description": g.one("", "a", "b"),
			"roles": []any{map[string]any{"role": g.one("WORKSPACE_OPERATOR", "WORKSPACE_MEMBER")}},
		})
	}
}

// subset is some of the values, at least one.
func (g *world) subset(of ...string) []any {
	var out []any
	for _, v := range of {
		if g.some() {
			out = append(out, v)
		}
	}
	if out == nil {
		out = append(out, of[0])
	}
	return out
}

func (g *world) deployment(name string, i int) map[string]any {
	d := map[string]any{"name": name, "workspace": "data", "type": "STANDARD", "cloudProvider": "AWS", "region": "us-east-1", "isDevelopmentMode": i%2 == 0}
	g.text(d, "description", "", "one", "two")
	if g.some() {
		d["contactEmails"] = g.subset("a@example.com", "b@example.com", "c@example.com")
	}
	if g.some() {
		queue := func(name string) any {
			return map[string]any{"name": name, "astroMachine": g.one("A5", "A10"), "minWorkerCount": g.r.IntN(2), "maxWorkerCount": 2 + g.r.IntN(2), "workerConcurrency": 5}
		}
		queues := []any{queue("default")}
		for _, more := range []string{"q1", "q2"} {
			if g.some() {
				queues = append(queues, queue(more))
			}
		}
		d["executor"], d["workerQueues"] = "CELERY", queues
	}
	if g.some() {
		variables := []any{map[string]any{"key": "LEVEL", "value": g.one("INFO", "DEBUG", "")}}
		if g.some() {
			variables = append(variables, map[string]any{"key": "KEY", "value": g.secret(), "isSecret": true})
		}
		d["environmentVariables"] = variables
	}
	if i%2 == 0 && g.some() {
		spec := map[string]any{}
		if g.some() {
			spec["schedules"] = []any{map[string]any{"hibernateAtCron": "0 19 * * *", "wakeAtCron": "0 7 * * *", "description": g.one("", "nights")}}
		}
		if g.some() {
			spec["override"] = map[string]any{"isHibernating": g.some(), "overrideUntil": "2099-01-01T00:00:00Z"}
		}
		d["scalingSpec"] = map[string]any{"hibernationSpec": spec}
	}
	return d
}

func (g *world) environmentObject(kind string, i int, deployments []string) map[string]any {
	o := map[string]any{"objectType": kind, "objectKey": fmt.Sprint("o", i), "workspace": "data"}
	g.text(o, "description", "one", "two")
	override := map[string]any{}
	switch kind {
	case "CONNECTION":
		c := map[string]any{"type": "postgres", "password": g.secret(), "extra": map[string]any{"region": g.one("eu", "us"), "private_key": g.secret()}}
		g.text(c, "host", "a.example.com", "b.example.com")
		o["connection"], override["connection"] = c, map[string]any{"login": g.one("a", "b")}
	case "ENVIRONMENT_VARIABLE":
		o["environmentVariable"] = map[string]any{"value": g.secret(), "isSecret": true}
		override["environmentVariable"] = map[string]any{"value": g.secret()}
	case "AIRFLOW_VARIABLE":
		o["airflowVariable"], override["airflowVariable"] = map[string]any{"value": g.one("x", "y")}, map[string]any{"value": g.one("x", "y")}
	case "METRICS_EXPORT":
		o["metricsExport"] = map[string]any{
			"endpoint": g.one("https://a.example.com", "https://b.example.com"), "exporterType": "PROMETHEUS", "authType": "AUTH_TOKEN",
			"basicToken": g.secret(), "labels": map[string]any{"env": g.one("dev", "prod")},
		}
		override["metricsExport"] = map[string]any{"username": g.one("a", "b")}
	}
	if g.some() {
		links := []any{}
		for _, name := range deployments {
			if link := (map[string]any{"deployment": name}); g.some() {
				if g.some() {
					link["overrides"] = override
				}
				links = append(links, link)
			}
		}
		o["links"] = links
	}
	return o
}

func (g *world) people(deployments []string) {
	grants := func(of map[string]any, inWorkspace []string, inDeployment string) map[string]any {
		of["workspaceRoles"] = []any{map[string]any{"workspace": "data", "role": g.one(inWorkspace...)}}
		roles := []any{}
		for _, name := range deployments {
			if g.some() {
				roles = append(roles, map[string]any{"deployment": map[string]any{"workspace": "data", "name": name}, "role": inDeployment})
			}
		}
		of["deploymentRoles"] = roles
		return of
	}
	if g.some() {
		g.out.put("teams", "team", grants(map[string]any{
			"name": "team", "members": g.subset("ada@example.com", "grace@example.com", "edsger@example.com"), "organizationRole": "ORGANIZATION_MEMBER",
		}, []string{"WORKSPACE_OPERATOR", "WORKSPACE_OWNER"}, "DEPLOYMENT_ADMIN"))
	}
	if g.some() {
		ada := map[string]any{"username": "ada@example.com", "organizationRole": g.one("ORGANIZATION_MEMBER", "ORGANIZATION_OWNER")}
		if g.r.IntN(3) > 0 {
			ada = grants(ada, []string{"WORKSPACE_MEMBER", "WORKSPACE_AUTHOR"}, "reader")
		}
		g.out.put("users", "ada", ada)
	}
	if g.some() {
		g.out.put("invites", "new", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"})
	}
}

// what is there

var kindsThere = []string{"organization", "workspace", "cluster", "deployment", "environmentObject", "customRole", "team", "user", "invite", "apiToken", "agentToken", "allowedIpAddressRange"}

// own is what an object has from the server, and not from whoever made it.
var own = []string{"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "token", "shortToken", "startAt", "endAt", "expiresAt", "inviteId", "inviter", "namespace", "imageRepository"}

var anID = regexp.MustCompile(`\bc[a-z0-9]{24}\b`)

func label(kind string, o map[string]any) string {
	for _, name := range []string{"name", "objectKey", "username", "ipAddressRange", "inviteId"} {
		if text, ok := o[name].(string); ok && text != "" {
			return kind + " " + text
		}
	}
	return kind
}

// place is the id of the Workspace or Deployment that an object is in, "" for none.
func place(o map[string]any) string {
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

// contents is everything that a server holds, secrets included, in words that
// don't depend on the order in which it was made.
func contents(s *simulator.Server) []string {
	called := map[string]string{}
	for _, kind := range kindsThere {
		for _, o := range s.Resources(kind) {
			if id, ok := o["id"].(string); ok && kind != "invite" {
				called[id] = label(kind, o)
				if in := called[place(o)]; in != "" {
					called[id] += " in " + in
				}
			}
		}
	}
	var out []string
	for _, kind := range kindsThere {
		for _, o := range s.Resources(kind) {
			b, err := json.Marshal(plainly(o, func(text string) string {
				return anID.ReplaceAllStringFunc(text, func(id string) string { return called[id] })
			}))
			if err != nil {
				panic(err)
			}
			// Which one of two values that nobody can compare is there depends on whether
			// the object was written for another reason; that there is one does not.
			out = append(out, kind+" "+strings.ReplaceAll(string(b), "second-secret", "first-secret"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // an invite may be sent twice
}

// plainly drops the server's own members, puts lists in order and names in the
// place of ids.
func plainly(v any, named func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			list, isList := value.([]any)
			if !slices.Contains(own, name) && value != nil && value != false && (!isList || len(list) > 0) { // as good as none
				out[name] = plainly(value, named)
			}
		}
		return out
	case []any:
		out := []string{}
		for _, item := range v {
			b, err := json.Marshal(plainly(item, named))
			if err != nil {
				panic(err)
			}
			out = append(out, string(b))
		}
		slices.Sort(out)
		return out
	case string:
		return named(v)
	}
	return v
}

// doubles are the objects that are there more than once: their ids by label.
func doubles(s *simulator.Server) map[string][]string {
	out := map[string][]string{}
	for _, kind := range kindsThere {
		if kind == "invite" {
			continue
		}
		for _, o := range s.Resources(kind) {
			name := label(kind, o) + " in " + place(o)
			out[name] = append(out[name], fmt.Sprint(o["id"]))
		}
	}
	maps.DeleteFunc(out, func(_ string, ids []string) bool { return len(ids) < 2 })
	for name := range out {
		if strings.HasPrefix(name, "allowedIpAddressRange") || strings.HasPrefix(name, "environmentObject") || strings.HasPrefix(name, "cluster") {
			panic("made twice, though the API makes none twice: " + name)
		}
	}
	return out
}
