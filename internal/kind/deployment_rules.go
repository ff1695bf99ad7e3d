package kind

import (
	"fmt"
	"math/big"

	"astro-apply/internal/schema"
)

func deploymentRules() []Rule {
	return []Rule{
		exclusiveFieldsRule("clusterId", "cloudProvider", "region"),
		togetherRule("cloudProvider", "region"),
		requiredValueRule("remoteExecution.enabled", "true", "type", "DEDICATED", "only DEDICATED Deployments can run tasks remotely"),
		{Forbidden: []Combination{{
			[]FieldCondition{{Field: "type", Equals: "HYBRID"}, {Field: "executor", Equals: "ASTRO"}},
			"executor ASTRO is not available on a HYBRID Deployment; use CELERY or KUBERNETES",
		}}},
		requiredValueRule("isHighAvailability", "true", "isDevelopmentMode", "false", "a Deployment in development mode runs only one scheduler"),
		requiredValueRule("isDevelopmentMode", "true", "schedulerSize", "SMALL", "development mode only supports the size SMALL"),
		memoryPerCPURule("resourceQuotaMemory", "resourceQuotaCpu"),
		memoryPerCPURule("defaultTaskPodMemory", "defaultTaskPodCpu"),
		{CheckedFields: []string{"scalingSpec"}, Scope: CompleteResource, Check: func(o *schema.Node) string {
			if o.Get("isDevelopmentMode").Is("true") || isEmptyMap(o.Get("scalingSpec")) {
				return ""
			}
			return "scalingSpec needs isDevelopmentMode: true; other Deployments can't hibernate"
		}},
		{Forbidden: []Combination{{[]FieldCondition{
			{Field: "scalingSpec.hibernationSpec.override.overrideUntil"},
			{Field: "scalingSpec.hibernationSpec.override.isHibernating", Negated: true},
		}, "overrideUntil also needs isHibernating; add it"}}},
		{CheckedFields: []string{"workerQueues"}, Check: checkQueueCounts},
		{CheckedFields: []string{"workerQueues"}, Check: checkDefaultQueue},
	}
}

// memoryPerCPURule requires 2 GiB of memory for each core: the API accepts no other ratio.
func memoryPerCPURule(memory, cpu string) Rule {
	return Rule{CheckedFields: []string{memory, cpu}, Check: func(o *schema.Node) string {
		c, errC := schema.ParseQuantity(o.Get(cpu).ScalarText())
		m, errM := schema.ParseQuantity(o.Get(memory).ScalarText())
		if errC != nil || errM != nil {
			return ""
		}
		want := new(big.Rat).Mul(c, big.NewRat(2<<30, 1))
		if m.Cmp(want) == 0 {
			return ""
		}
		gib := new(big.Rat).Quo(want, big.NewRat(1<<30, 1))
		return fmt.Sprintf("%s must be 2Gi for each core of %s: %sGi for %s cores, not %s",
			memory, cpu, decimalText(gib), decimalText(c), o.Get(memory).Show())
	}}
}

func decimalText(r *big.Rat) string {
	digits, _ := r.FloatPrec()
	return r.FloatString(min(digits, 6))
}

func checkQueueCounts(o *schema.Node) string {
	for _, q := range o.Get("workerQueues").ListItems() {
		low, high := integerValue(q.Get("minWorkerCount")), integerValue(q.Get("maxWorkerCount"))
		if low >= 0 && high >= 0 && low > high {
			return fmt.Sprintf("workerQueues[%s]: minWorkerCount must be at most maxWorkerCount (%d), not %d", q.Get("name").ScalarText(), high, low)
		}
	}
	return ""
}

// checkDefaultQueue requires a queue named default. The declared list is authoritative, so it can't rely on a
// current queue.
func checkDefaultQueue(o *schema.Node) string {
	queues := o.Get("workerQueues").ListItems()
	for _, q := range queues {
		if name := q.Get("name"); name == nil || name.Is("default") || name.Form == schema.Unknown {
			return ""
		}
	}
	if len(queues) == 0 {
		return ""
	}
	return "workerQueues must contain a queue named default; add one"
}

func integerValue(n *schema.Node) int {
	i := -1
	if n != nil && n.Form == schema.Number {
		if _, err := fmt.Sscan(n.Text, &i); err != nil {
			return -1
		}
	}
	return i
}

func isEmptyMap(n *schema.Node) bool { return n == nil || n.Form == schema.Map && len(n.Members) == 0 }

func dagDeployWarning(_, wanted *schema.Node) string {
	if wanted.Is("true") {
		return "no DAG is scheduled until DAGs are deployed"
	}
	return "no DAG is scheduled until an image that contains them is deployed"
}

func checkDevelopmentModeChange(old, wanted *schema.Node, _ func(string) string) string {
	if wanted.Is("true") && !old.Is("true") {
		return "development mode can only be enabled when a Deployment is created; " + recreateDeploymentRemedy
	}
	return ""
}

func developmentModeWarning(old, _ *schema.Node) string {
	if old.Is("true") {
		return "development mode can't be enabled again, and hibernation ends"
	}
	return ""
}

func workerQueuesWarning(old, wanted *schema.Node) string {
	if old != nil && wanted == nil {
		return "tasks in a removed queue get stuck, and so do tasks in a queue that is added later under the same name"
	}
	return ""
}
