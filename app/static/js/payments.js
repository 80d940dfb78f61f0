// Opens the payment provider's window (Toss Payments' SDK, version 2) with what the server prepared.

const button = document.querySelector("#pay");
const given = button.dataset;

async function pay() {
  const payment = TossPayments(given.clientKey).payment({ customerKey: TossPayments.ANONYMOUS });
  const request = {
    method: given.method,
    amount: { currency: "KRW", value: Number(given.amount) },
    orderId: given.orderId,
    orderName: given.orderName,
    successUrl: given.successUrl,
    failUrl: given.failUrl,
  };
  if (given.method === "VIRTUAL_ACCOUNT") request.virtualAccount = { validHours: 72, useEscrow: true };
  if (given.method === "TRANSFER") request.transfer = { useEscrow: true };
  try {
    await payment.requestPayment(request);
  } catch (error) {
    // Closed by the buyer, or refused: the failure page says which.
    const query = new URLSearchParams({ code: error.code ?? "", orderId: given.orderId });
    location.assign(`/payments/fail?${query}`);
  }
}

button.addEventListener("click", pay);
pay();
