package resource

import (
	"strings"
	"time"

	"astro-apply/internal/schema"
)

func environmentVariablesType() schema.Type {
	return schema.KeyedType([]string{"key"},
		schema.Field{Name: "key", Type: nonEmptyType(), Behavior: schema.Required, Doc: "The variable's name."},
		schema.Field{
			// An answer may leave an empty value out; sent back, it must not be missing.
			Name: "value", Type: schema.TextType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Secret: &schema.SecretRule{IfSibling: "isSecret"},
			Doc: "The variable's value.",
		},
		schema.Field{
			Name: "isSecret", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(false) },
			CheckChange: func(old, wanted *schema.Node, _ func(string) string) string {
				if old.Is("true") && wanted.Is("false") {
					return "a secret variable can't be made readable; remove it, and add it again under another key"
				}
				return ""
			},
			Doc: "Whether the value is kept secret.",
		},
	)
}

func workerQueuesType() schema.Type {
	const required = schema.RequiredCreate | schema.RequiredUpdate
	t := schema.KeyedType([]string{"name"},
		schema.Field{
			Name: "name", Behavior: schema.Required, Type: nameType(63),
			Doc: "The queue's name.",
		},
		schema.Field{
			Name: "isDefault", Type: schema.BoolType(), Behavior: required,
			Default: func(queue *schema.Node) *schema.Node { return schema.Boolean(queue.Get("name").Is("default")) },
			Doc:     "Whether tasks that name no queue go here; the queue called default unless declared.",
		},
		schema.Field{Name: "minWorkerCount", Type: schema.IntType(0, 0), Behavior: required, Doc: "The least number of workers."},
		schema.Field{Name: "maxWorkerCount", Type: schema.IntType(1, 0), Behavior: required, Doc: "The greatest number of workers."},
		schema.Field{Name: "workerConcurrency", Type: schema.IntType(1, 0), Behavior: required, Doc: "How many tasks one worker runs at once."},
		schema.Field{
			Name: "astroMachine", Type: schema.EnumType("A5", "A10", "A20", "A40", "A60", "A120", "A160"),
			Behavior: required, When: []schema.Condition{whenHosted}, Doc: "The machine of a worker.",
		},
		schema.Field{
			Name: "nodePoolId", Type: nonEmptyType(), Behavior: required, When: []schema.Condition{whenHybrid}, ItemRef: nodePoolItemRef("nodePool"),
			Doc: "The node pool of the workers.",
		},
		schema.Field{
			Name: "podEphemeralStorage", Type: schema.MemoryType(),
			Doc: "The ephemeral storage of a worker; for HYBRID only once the Deployment exists.",
		},
	)
	t.ServerFields = []string{"id"} // a queue sent without its id becomes another queue, and its tasks get stuck
	t.ItemCount = &schema.Range{Min: 1}
	return t
}

// nodePoolItemRef picks a node pool of the Deployment's cluster.
func nodePoolItemRef(field string) *schema.ItemRefSpec {
	return &schema.ItemRefSpec{NameField: field, Title: "node pool", RefField: "clusterId", ListName: "nodePools", MatchFields: []string{"name", "nodeInstanceType"}}
}

func remoteExecutionType() schema.Type {
	// What stands beside enabled: false is forgotten by the API.
	enabled := []schema.Condition{{Field: "remoteExecution.enabled", In: []string{"true"}}}
	return schema.ObjectType(
		schema.Field{Name: "enabled", Type: schema.BoolType(), Behavior: schema.Required, Doc: "Whether tasks run outside of Astro."},
		schema.Field{Name: "allowedIpAddressRanges", Type: schema.SetType(networkType()), When: enabled, Doc: "The networks that agents may call from."},
		schema.Field{Name: "taskLogBucket", Type: schema.TextType(0), When: enabled, Doc: "The bucket that task logs are read from."},
		schema.Field{Name: "taskLogUrlPattern", Type: schema.TextType(0), When: enabled, Doc: "The pattern of the links to task logs."},
	)
}

func scalingSpecType() schema.Type {
	override := schema.ObjectType(
		schema.Field{
			Name: "isHibernating", Type: schema.BoolType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate | schema.MustBeKnown,
			Doc: "Whether the Deployment hibernates, whatever the schedules say.",
		},
		schema.Field{Name: "overrideUntil", Type: timestampType(), Doc: `Until when the override holds. "", or left out of a new one: until it is removed.`},
	)
	schedules := schema.KeyedType([]string{"hibernateAtCron", "wakeAtCron"},
		schema.Field{Name: "hibernateAtCron", Type: cronType(), Behavior: schema.Required, Doc: "When to hibernate: 5 cron parts, in UTC."},
		schema.Field{Name: "wakeAtCron", Type: cronType(), Behavior: schema.Required, Doc: "When to wake: 5 cron parts, in UTC."},
		schema.Field{
			Name: "isEnabled", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(true) },
			Doc:     "Whether the schedule is in force. Left out: as it is live, true for a new one.",
		},
		schema.Field{Name: "description", Type: schema.TextType(200), Doc: "What the schedule is for."},
	)
	schedules.ItemCount = &schema.Range{Max: 10}
	return schema.ObjectType(schema.Field{
		Name: "hibernationSpec", Doc: "The hibernation of a Deployment in development mode.",
		Type: schema.ObjectType(
			schema.Field{Name: "schedules", Type: schedules, Doc: "When the Deployment hibernates and wakes."},
			schema.Field{
				// It has a call of its own, after the Deployment is there. The schedules'
				// call would end a live override, so that is sent back with them.
				Name: "override", EndpointName: "override", Behavior: schema.Update, Type: override, IsExpired: isOverrideExpired, Impact: schema.Disrupts,
				Doc: "What holds instead of the schedules; {} ends it.",
			},
		),
	})
}

func flattenDeployment(live *schema.Node) {
	if live.Get("type").Is("STANDARD") {
		live.Delete("clusterId") // the shared cluster is Astronomer's choice
	}
}

// isOverrideExpired tells an override that ended: as good as gone, and not to be
// revived, whether the API still shows it or the manifest still asks for it.
func isOverrideExpired(override *schema.Node, now time.Time) bool {
	if override.Get("isActive").Is("false") {
		return true
	}
	until, err := time.Parse(time.RFC3339, override.Get("overrideUntil").ScalarText())
	return err == nil && !now.IsZero() && !now.Before(until)
}

// deploymentState follows the advice for clients: HIBERNATING is a healthy
// end, and UNHEALTHY may pass while pods are replaced.
func deploymentState(live *schema.Node) (State, string) {
	status := live.Get("status").ScalarText()
	switch status {
	case "HEALTHY", "HIBERNATING":
		return StateReady, status
	}
	if reason := live.Get("statusReason").ScalarText(); reason != "" {
		return StatePending, status + ": " + strings.TrimSpace(reason)
	}
	return StatePending, status
}
