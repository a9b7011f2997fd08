"""What the pizzeria sells, cooks and earns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.grafana.board import board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, bars, lines, number, stacked
from deploy.grafana.promql import OPERATION, TARGET, increase, mean, or_none, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

CREATED = "mario_orders_created_orders_total"
COMPLETED = "mario_orders_completed_orders_total"
VALUE = "mario_orders_value_USD"
PIZZAS = "mario_pizzas_ordered_pizzas_total"
SIZES = "mario_pizzas_by_size_pizzas_total"
COOKING = "mario_kitchen_cooking_duration_seconds"
RETURNING = "mario_customers_returning_customers_total"
CAPACITY = "mario_kitchen_capacity_orders"
IN_THE_OVEN = "mario_kitchen_cooking_orders"
DELIVERY = "mario_deliveries_duration_seconds"
DELIVERIES = "mario_deliveries_total"
SHORT_OF_RETURNING = (0.2, 0.05)
SLOW_COOKING = (900.0, 1800.0)  # seconds
PROMISED = (1500.0, 1800.0)  # seconds from order to door
MEDIAN_AND_P95 = (0.5, 0.95)


def dashboard() -> Dashboard:
    """The dashboard of the business."""
    return board(
        "business-operations-mario",
        "Business operations",
        "Orders, revenue, kitchen and customers of Mario's Pizzeria.",
        choices('cqrs_executions_total{operation!="request"}', "type"),
        (*_sales(), *_service(), *_orders(), *_pizzas(), *_times(), *_kitchen()),
    )


def _sales() -> tuple[AnyPanel, ...]:
    return (
        number(
            Panel("Orders a minute", "Orders placed.", "opm"),
            Query(f"60 * {rate(CREATED, TARGET)}", "orders"),
        ),
        number(
            Panel("Revenue an hour", "Value of the orders placed, at the present rate.", "currencyUSD"),
            Query(f"3600 * {rate(f'{VALUE}_sum', TARGET)}", "revenue"),
        ),
        number(
            Panel("Average order", "Value of an order.", "currencyUSD"),
            Query(mean(VALUE, TARGET), "value"),
        ),
        number(
            Panel(
                "Returning customers",
                "Share of orders whose customer has ordered before.",
                "percentunit",
                SHORT_OF_RETURNING,
            ),
            Query(f"{rate(RETURNING, TARGET)} / {rate(CREATED, TARGET)}", "returning"),
        ),
    )


def _service() -> tuple[AnyPanel, ...]:
    on_time = rate(DELIVERIES, f'{TARGET},on_time="true"')
    return (
        number(
            Panel("Kitchen capacity used", "Orders in the oven among places.", "percentunit", (0.8, 1.0)),
            Query(f"sum({IN_THE_OVEN}{{{TARGET}}}) / sum({CAPACITY}{{{TARGET}}})", "used"),
        ),
        number(
            Panel("On-time ratio", "Deliveries within the promised 30 minutes.", "percentunit", (0.95, 0.9)),
            Query(f"{on_time} / {rate(DELIVERIES, TARGET)}", "on time"),
        ),
        number(
            Panel("Cook time", "On average, from the oven's door to ready.", "s", SLOW_COOKING),
            Query(mean(COOKING, TARGET), "average"),
        ),
        number(
            Panel("Delivery time", "On average, from the order to the door.", "s", PROMISED),
            Query(mean(DELIVERY, TARGET), "average"),
        ),
    )


def _orders() -> tuple[AnyPanel, ...]:
    return (
        lines(
            Panel("Orders", "A minute; a gap that stays means a growing queue.", "opm"),
            Query(f"60 * {rate(CREATED, TARGET)}", "placed"),
            Query(f"60 * {rate(COMPLETED, TARGET)}", "out of the oven"),
        ),
        stacked(
            Panel("Revenue by payment", "An hour, at the present rate.", "currencyUSD"),
            Query(f"3600 * {rate(f'{VALUE}_sum', TARGET, 'payment_method')}", "{{payment_method}}"),
        ),
    )


def _pizzas() -> tuple[AnyPanel, ...]:
    return (
        bars(
            Panel("Popular pizzas", "Ordered within the dashboard's time.", "short"),
            Query(f"topk(10, {increase(PIZZAS, TARGET, '$__range', 'pizza_name')})", "{{pizza_name}}"),
        ),
        bars(
            Panel("Sizes", "Ordered within the dashboard's time.", "short"),
            Query(increase(SIZES, TARGET, "$__range", "size"), "{{size}}"),
        ),
    )


def _times() -> tuple[AnyPanel, ...]:
    return (
        lines(
            Panel("Cook times", "From the oven's door to ready.", "s", SLOW_COOKING),
            *(Query(quantile(q, COOKING, TARGET), f"p{q * 100:g}") for q in MEDIAN_AND_P95),
        ),
        lines(
            Panel("Delivery times", "From the order to the door.", "s", PROMISED),
            *(Query(quantile(q, DELIVERY, TARGET), f"p{q * 100:g}") for q in MEDIAN_AND_P95),
        ),
    )


def _kitchen() -> tuple[AnyPanel, ...]:
    matchers = f'{OPERATION},error_type="business_rule"'
    refused = rate("cqrs_executions_failures_executions_total", matchers, "type")
    return (
        lines(
            Panel("Kitchen", "Orders in the oven, and its places.", "short"),
            Query(f"sum({IN_THE_OVEN}{{{TARGET}}})", "in the oven"),
            Query(f"sum({CAPACITY}{{{TARGET}}})", "places"),
        ),
        lines(
            Panel("Refused by rule", "Commands a second, such as cooking at capacity.", "reqps"),
            Query(or_none(refused, rate("cqrs_executions_total", OPERATION), "type"), "{{type}}"),
        ),
    )
