package plan_test

const (
	d1 = "cdeployment00000000000001"
	d2 = "cdeployment00000000000002"
	w1 = "cworkspace000000000000001"
	w2 = "cworkspace000000000000002"
)

// What the API answers about objects of the other kinds.
var moreAnswers = map[string]string{
	"cluster": `{"id": "ccluster00000000000000001", "type": "DEDICATED", "name": "one", "cloudProvider": "AWS", "region": "us-east-1", "vpcSubnetRange": "172.20.0.0/20",
		"status": "CREATED", "tags": [{"key": "a", "value": "1"}, {"key": "platform", "value": "x"}], "workspaceIds": ["` + w1 + `"], "isDrEnabled": true,
		"drRegion": "us-west-2", "isFailedOver": false, "isPrivateNetworkEgressEnabled": false, "enableReplicationTimeControl": false, "nodePools": []}`,
	"azure": `{"id": "ccluster00000000000000002", "type": "DEDICATED", "name": "one", "cloudProvider": "AZURE", "region": "westeurope", "vpcSubnetRange": "172.20.0.0/20",
		"status": "CREATED", "isDrEnabled": false, "drRegion": ""}`,
	"variable": `{"id": "cobject0000000000000000001", "objectType": "ENVIRONMENT_VARIABLE", "objectKey": "A", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `", "description": "old",
		"environmentVariable": {"value": "1", "isSecret": false}, "setFields": ["value"],
		"links": [{"scope": "DEPLOYMENT", "scopeEntityId": "` + d1 + `", "environmentVariableOverrides": {"value": "2"}, "setFields": ["value"]}],
		"excludeLinks": [{"scope": "DEPLOYMENT", "scopeEntityId": "` + d2 + `"}]}`,
	"airflow": `{"id": "cobject0000000000000000002", "objectType": "AIRFLOW_VARIABLE", "objectKey": "A", "scope": "DEPLOYMENT", "scopeEntityId": "` + d1 + `",
		"airflowVariable": {"value": "1", "isSecret": false}, "setFields": ["value"]}`,
	"connection": `{"id": "cobject0000000000000000003", "objectType": "CONNECTION", "objectKey": "c", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `", "autoLinkDeployments": true,
		"connection": {"type": "postgres", "host": "h", "port": 5432, "extra": {"region": "eu", "secret": ""}}, "setFields": ["type", "host", "port", "password", "extra.region", "extra.secret"]}`,
	"metrics": `{"id": "cobject0000000000000000004", "objectType": "METRICS_EXPORT", "objectKey": "m", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"metricsExport": {"endpoint": "https://x", "exporterType": "PROMETHEUS", "authType": "", "headers": {"X-A": ""}, "labels": {"env": "dev"}},
		"setFields": ["endpoint", "exporterType", "authType", "basicToken", "headers.X-A", "labels.env"]}`,
	"team": `{"id": "cteam00000000000000000001", "name": "one", "description": "old", "organizationRole": "ORGANIZATION_MEMBER", "isIdpManaged": false, "memberIds": ["cuser00000000000000000001"],
		"workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}], "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}]}`,
	"user": `{"id": "cuser00000000000000000001", "username": "A@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_OWNER",
		"workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}], "dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_VIEWER"}]}`,
	"granted": `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_OWNER",
		"workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}], "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "viewer"}],
		"dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_VIEWER"}]}`,
	"token": `{"id": "ctoken0000000000000000001", "name": "one", "description": "old", "scope": "WORKSPACE", "kind": "STANDARD", "expiryPeriodInDays": 30,
		"roles": [{"entityType": "DEPLOYMENT", "entityId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}, {"entityType": "WORKSPACE", "entityId": "` + w1 + `", "role": "WORKSPACE_MEMBER"},
			{"entityType": "DAG", "entityId": "dag", "deploymentId": "` + d1 + `", "role": "DAG_VIEWER"}]}`,
	"ranges": `{"id": "corg", "allowedIpAddressRanges": ["10.0.0.0/8"]}`,
}

const (
	object1     = "id: cobject0000000000000000001, "
	object2     = "id: cobject0000000000000000002, "
	object3     = "id: cobject0000000000000000003, "
	object4     = "id: cobject0000000000000000004, "
	aCluster    = "id: ccluster00000000000000001, "
	aTeam       = "id: cteam00000000000000000001, "
	aToken      = "id: ctoken0000000000000000001, "
	ownRoles    = "[{ role: WORKSPACE_MEMBER }, { deploymentId: " + d1 + ", role: DEPLOYMENT_ADMIN }, { deploymentId: " + d1 + ", dagId: dag, role: DAG_VIEWER }"
	memberRoles = `"organizationRole": "ORGANIZATION_MEMBER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}]`
)

var otherKindFields = []fieldCase{
	{"clusters", "cluster", "name", aCluster + "name: one", aCluster + "name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"clusters", "cluster", "k8sTags", "k8sTags: [{ key: a, value: '1' }]", "k8sTags: [{ key: a, value: '2' }]", []string{`k8sTags[a].value: "1" → "2"`}, `"k8sTags": [{"key": "a", "value": "2"}, {"key": "platform", "value": "x"}]`},
	{"clusters", "cluster", "workspaceIds", "workspaceIds: [" + w1 + "]", "workspaceIds: [" + w1 + ", " + w2 + "]", []string{`workspaceIds: (none) → "` + w2 + `"`}, `"workspaceIds": ["` + w1 + `", "` + w2 + `"]`},
	{"clusters", "cluster", "isPrivateNetworkEgressEnabled", "isPrivateNetworkEgressEnabled: false", "isPrivateNetworkEgressEnabled: true", []string{"isPrivateNetworkEgressEnabled: false → true"}, `"isPrivateNetworkEgressEnabled": true`},
	{"clusters", "cluster", "enableDr", "enableDr: true", "enableDr: false", []string{"enableDr: true → false"}, `"enableDr": false`},
	{"clusters", "azure", "drRegion", "enableDr: false", "enableDr: true, drRegion: westus", []string{"enableDr: false → true", `drRegion: (none) → "westus"`}, `"enableDr": true, "drRegion": "westus"`},
	{
		"clusters", "azure", "drVpcSubnetRange", "enableDr: false", "enableDr: true, drRegion: westus, drVpcSubnetRange: 10.1.0.0/16",
		[]string{"enableDr: false → true", `drRegion: (none) → "westus"`, `drVpcSubnetRange: (none) → "10.1.0.0/16"`},
		`"enableDr": true, "drRegion": "westus", "drVpcSubnetRange": "10.1.0.0/16"`,
	},
	{"clusters", "cluster", "enableReplicationTimeControl", "enableReplicationTimeControl: false", "enableReplicationTimeControl: true", []string{"enableReplicationTimeControl: false → true"}, `"enableReplicationTimeControl": true`},
	{"clusters", "cluster", "isFailedOver", "isFailedOver: false", "isFailedOver: true", []string{"isFailedOver: false → true"}, `"isFailedOver": true`},

	{"environmentObjects", "variable", "description", object1 + "description: old", object1 + "description: new", []string{`description: "old" → "new"`}, `={
		"description": "new", "environmentVariable": {"value": "1"}, "autoLinkDeployments": false, "links": [{"deploymentId": "` + d1 + `"}], "excludeLinks": [{"deploymentId": "` + d2 + `"}]}`},
	{"environmentObjects", "variable", "environmentVariable", object1 + "environmentVariable: { value: '1', isSecret: false }", object1 + "environmentVariable: { value: '2' }", []string{`environmentVariable.value: "1" → "2"`}, `={
		"description": "old", "environmentVariable": {"value": "2"}, "autoLinkDeployments": false, "links": [{"deploymentId": "` + d1 + `"}], "excludeLinks": [{"deploymentId": "` + d2 + `"}]}`},
	{"environmentObjects", "airflow", "airflowVariable", object2 + "deploymentId: " + d1 + ", airflowVariable: { value: '1' }", object2 + "deploymentId: " + d1 + ", airflowVariable: { value: '' }", []string{`airflowVariable.value: "1" → ""`}, `={
		"airflowVariable": {"value": ""}, "autoLinkDeployments": false, "links": [], "excludeLinks": []}`},
	{"environmentObjects", "connection", "connection", object3 + "connection: { type: postgres, port: 5432, extra: { region: eu, secret: x } }", object3 + "connection: { type: postgres, port: 5433, extra: { region: us, secret: x, more: { a: [1] } } }", []string{
		"connection.port: 5432 → 5433", `connection.extra.region: "eu" → "us"`, "connection.extra.secret: (none) → *** again", "connection.extra.more: (none) → {a: [1]}",
	}, `={"connection": {"type": "postgres", "host": "h", "port": 5433, "password": "", "extra": {"region": "us", "secret": "x", "more": {"a": [1]}}}, "autoLinkDeployments": true, "links": [], "excludeLinks": []}`},
	{"environmentObjects", "metrics", "metricsExport", object4 + "metricsExport: { endpoint: 'https://x', labels: { env: dev } }", object4 + "metricsExport: { endpoint: 'https://y', authType: AUTH_TOKEN, basicToken: abcdef, headers: { X-A: a, X-B: b } }", []string{
		`metricsExport.endpoint: "https://x" → "https://y"`, `metricsExport.authType: (none) → "AUTH_TOKEN" again`, "metricsExport.basicToken: (none) → *** again", "metricsExport.headers.X-A: (none) → *** again", "metricsExport.headers.X-B: (none) → ***",
	}, `={"metricsExport": {"endpoint": "https://y", "exporterType": "PROMETHEUS", "authType": "AUTH_TOKEN", "basicToken": "abcdef", "headers": {"X-A": "a", "X-B": "b"}, "labels": {"env": "dev"}},
		"autoLinkDeployments": false, "links": [], "excludeLinks": []}`},
	{"environmentObjects", "connection", "autoLinkDeployments", object3 + "autoLinkDeployments: true", object3 + "autoLinkDeployments: false", []string{"autoLinkDeployments: true → false"}, `={
		"connection": {"type": "postgres", "host": "h", "port": 5432, "password": ""}, "autoLinkDeployments": false, "links": [], "excludeLinks": []}`},
	{"environmentObjects", "variable", "links", object1 + "links: [{ deploymentId: " + d1 + ", overrides: { environmentVariable: { value: '2' } } }]", object1 + "links: [{ deploymentId: " + d1 + ", overrides: { environmentVariable: { value: '3' } } }]", []string{
		`links[` + d1 + `].overrides.environmentVariable.value: "2" → "3"`,
	}, `={"description": "old", "environmentVariable": {"value": "1"}, "autoLinkDeployments": false,
		"links": [{"deploymentId": "` + d1 + `", "overrides": {"environmentVariable": {"value": "3"}}}], "excludeLinks": [{"deploymentId": "` + d2 + `"}]}`},
	{"environmentObjects", "variable", "excludeLinks", object1 + "excludeLinks: [{ deploymentId: " + d2 + " }]", object1 + "excludeLinks: [{ deploymentId: " + d2 + " }, { deploymentId: cdeployment00000000000003 }]", []string{
		`excludeLinks[cdeployment00000000000003]: (none) → {deploymentId: "cdeployment00000000000003"}`,
	}, `={"description": "old", "environmentVariable": {"value": "1"}, "autoLinkDeployments": false, "links": [{"deploymentId": "` + d1 + `"}],
		"excludeLinks": [{"deploymentId": "` + d2 + `"}, {"deploymentId": "cdeployment00000000000003"}]}`},

	{"teams", "team", "name", aTeam + "name: one", aTeam + "name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"teams", "team", "description", "description: old", "description: ''", []string{`description: "old" → ""`}, `"description": ""`},
	{"teams", "team", "memberIds", "memberIds: [cuser00000000000000000001]", "memberIds: [cuser00000000000000000001, cuser00000000000000000002]", []string{`memberIds: (none) → "cuser00000000000000000002"`}, `={"memberIds": ["cuser00000000000000000002"]}`},
	{
		"teams", "team", "organizationRole", "organizationRole: ORGANIZATION_MEMBER", "organizationRole: ORGANIZATION_OWNER",
		[]string{`organizationRole: "ORGANIZATION_MEMBER" → "ORGANIZATION_OWNER"`},
		`={"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}], "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}]}`,
	},
	{
		"teams", "team", "workspaceRoles", "workspaceRoles: [{ workspaceId: " + w1 + ", role: WORKSPACE_MEMBER }]", "workspaceRoles: [{ workspaceId: " + w1 + ", role: WORKSPACE_OWNER }]",
		[]string{`workspaceRoles[` + w1 + `].role: "WORKSPACE_MEMBER" → "WORKSPACE_OWNER"`},
		`={"organizationRole": "ORGANIZATION_MEMBER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_OWNER"}], "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}]}`,
	},
	{
		"teams", "team", "deploymentRoles", "deploymentRoles: [{ deploymentId: " + d1 + ", role: DEPLOYMENT_ADMIN }]", "deploymentRoles: [{ deploymentId: " + d1 + ", role: viewer }]",
		[]string{`deploymentRoles[` + d1 + `].role: "DEPLOYMENT_ADMIN" → "viewer"`},
		`={` + memberRoles + `, "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "viewer"}]}`,
	},
	{
		"teams", "team", "dagRoles", "dagRoles: []", "dagRoles: [{ deploymentId: " + d1 + ", dagId: d, role: DAG_AUTHOR }]",
		[]string{`dagRoles[deploymentId ` + d1 + `, dagId d]: (none) → {deploymentId: "` + d1 + `", dagId: "d", role: "DAG_AUTHOR"}`},
		`={` + memberRoles + `, "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}], "dagRoles": [{"deploymentId": "` + d1 + `", "dagId": "d", "role": "DAG_AUTHOR"}]}`,
	},
	{
		"users", "user", "organizationRole", "organizationRole: ORGANIZATION_OWNER", "organizationRole: ORGANIZATION_MEMBER",
		[]string{`organizationRole: "ORGANIZATION_OWNER" → "ORGANIZATION_MEMBER"`},
		`={` + memberRoles + `, "dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_VIEWER"}]}`,
	},
	{
		"users", "user", "workspaceRoles", "workspaceRoles: [{ workspaceId: " + w1 + ", role: WORKSPACE_MEMBER }]", "workspaceRoles: [{ workspaceId: " + w1 + ", role: WORKSPACE_AUTHOR }]",
		[]string{`workspaceRoles[` + w1 + `].role: "WORKSPACE_MEMBER" → "WORKSPACE_AUTHOR"`},
		`={"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_AUTHOR"}], "dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_VIEWER"}]}`,
	},
	{
		"users", "user", "deploymentRoles", "deploymentRoles: []", "deploymentRoles: [{ deploymentId: " + d1 + ", role: DEPLOYMENT_ADMIN }]",
		[]string{`deploymentRoles[` + d1 + `]: (none) → {deploymentId: "` + d1 + `", role: "DEPLOYMENT_ADMIN"}`},
		`={"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}], "deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "DEPLOYMENT_ADMIN"}],
			"dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_VIEWER"}]}`,
	},
	{
		"users", "granted", "dagRoles", "dagRoles: [{ deploymentId: " + d1 + ", dagTag: t, role: DAG_VIEWER }]", "dagRoles: [{ deploymentId: " + d1 + ", dagTag: t, role: DAG_AUTHOR }]",
		[]string{`dagRoles[deploymentId ` + d1 + `, dagTag t].role: "DAG_VIEWER" → "DAG_AUTHOR"`},
		`={"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": [{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}],
			"deploymentRoles": [{"deploymentId": "` + d1 + `", "role": "viewer"}], "dagRoles": [{"deploymentId": "` + d1 + `", "dagTag": "t", "role": "DAG_AUTHOR"}]}`,
	},
	{"apiTokens", "token", "name", aToken + "name: one", aToken + "name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"apiTokens", "token", "description", "description: old", "description: new", []string{`description: "old" → "new"`}, `={"name": "one", "description": "new"}`},
	{
		"apiTokens", "token", "roles", aToken + "roles: " + ownRoles + "]", aToken + "roles: " + ownRoles + ", { deploymentId: " + d2 + ", role: viewer }]",
		[]string{`roles[deploymentId ` + d2 + `]: (none) → {role: "viewer", deploymentId: "` + d2 + `"}`},
		`={"roles": [{"role": "WORKSPACE_MEMBER"}, {"role": "DEPLOYMENT_ADMIN", "deploymentId": "` + d1 + `"}, {"role": "DAG_VIEWER", "deploymentId": "` + d1 + `", "dagId": "dag"},
			{"role": "viewer", "deploymentId": "` + d2 + `"}]}`,
	},
	{"allowedIpAddressRanges", "ranges", "allowedIpAddressRanges", "allowedIpAddressRanges: [10.1.2.3/8]", "allowedIpAddressRanges: [10.0.0.0/8, 203.0.113.0/24]", []string{`allowedIpAddressRanges: (none) → "203.0.113.0/24"`}, `={"allowedIpAddressRanges": ["203.0.113.0/24"]}`},
}
